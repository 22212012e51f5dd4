/** Runs each judge over what the examples were synthesized into, and makes its report a list of findings. */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Finding {
  readonly judge: string;
  readonly rule: string;
  /** File and resource, such as `hybrid/Cloud.template.json IdentityResource`. */
  readonly where: string;
  readonly message: string;
}

export interface Judge {
  readonly name: string;
  /** @param outputs folder with one folder an example, and `image/` with the build context */
  judge(program: string, outputs: string): Promise<readonly Finding[]>;
}

const templates = (outputs: string) => globSync('*/*.template.json', { cwd: outputs }).sort();
const manifests = (outputs: string) => globSync('*/hybridge/**/*.yaml', { cwd: outputs }).sort();

export const JUDGES: readonly Judge[] = [
  {
    name: 'cfn-lint',
    async judge(program, outputs) {
      const report = await jsonOf(program, ['--format', 'json', ...templates(outputs)], outputs);
      return report.map(({ Rule, Filename, Location, Message }: any) => ({ judge: 'cfn-lint', rule: Rule.Id, where: `${Filename} ${Location.Path?.slice(1).join('/') ?? ''}`, message: Message }));
    },
  },
  {
    name: 'checkov',
    async judge(program, outputs) {
      const inputs = [['cloudformation', templates(outputs)], ['kubernetes', manifests(outputs)], ['dockerfile', ['image/Dockerfile']]] as const;
      const reports = await Promise.all(inputs.map(([framework, files]) => jsonOf(program, ['--framework', framework, '--compact', '--quiet', '--skip-download', '-o', 'json', '-f', ...files], outputs)));
      return reports.flat().flatMap(({ results, summary }: any) => {
        if (summary?.parsing_errors) throw new Error(`checkov cannot read ${summary.parsing_errors} of the files`);
        return (results?.failed_checks ?? []).map(({ check_id, check_name, file_path, resource }: any) => ({
          judge: 'checkov', rule: check_id, where: `${file_path.replace(/^\//, '')} ${resource}`, message: check_name,
        }));
      });
    },
  },
  {
    name: 'hadolint',
    async judge(program, outputs) {
      const report = await jsonOf(program, ['--format', 'json', 'image/Dockerfile'], outputs);
      return report.map(({ code, file, line, message }: any) => ({ judge: 'hadolint', rule: code, where: `${file} line ${line}`, message }));
    },
  },
  {
    name: 'kube-score',
    async judge(program, outputs) {
      // All objects of a plane at once: a rule may ask for one that stands beside another.
      const folders = [...new Set(manifests(outputs).filter((file) => file.endsWith('.k8s.yaml')).map((file) => dirname(file)))];
      const reports = await Promise.all(folders.map(async (folder) => {
        const files = manifests(outputs).filter((file) => dirname(file) === folder);
        return (await jsonOf(program, ['score', '--output-format', 'json', ...files], outputs) ?? []).map((object: any) => ({ folder, ...object }));
      }));
      return reports.flat().flatMap(({ folder, object_name, checks }: any) => checks
        .filter(({ skipped, grade }: any) => !skipped && grade < PASSING_GRADE)
        .map(({ check, comments }: any) => ({ judge: 'kube-score', rule: check.id, where: `${folder} ${object_name}`, message: comments?.[0]?.summary ?? check.name })));
    },
  },
];

/** Of 10; 7 is "almost OK". */
const PASSING_GRADE = 7;

/** Judges exit with a code of their own when they find something: what counts is that they print a report. */
function jsonOf(program: string, words: readonly string[], cwd: string): Promise<any> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { cwd, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout.trim() || '[]'));
      } catch {
        reject(new Error(`${program} printed no report: ${(stderr || stdout || error?.message || '').trim().slice(-2000)}`));
      }
      if (error && !stdout.trim()) reject(new Error(`${program} failed: ${stderr.trim().slice(-2000)}`));
    });
  });
}
