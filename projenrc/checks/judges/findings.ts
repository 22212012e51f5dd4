/** Runs each judge over what the examples were synthesized into, and makes its report a list of findings. */
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { manifestFiles } from './manifests';

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

export const JUDGES: readonly Judge[] = [
  {
    name: 'cfn-lint',
    async judge(program, outputs) {
      const report = await jsonOf(program, ['--format', 'json', ...templates(outputs)], outputs);
      return report.map(({ Rule, Filename, Location, Message }: any) => ({
        judge: 'cfn-lint',
        rule: Rule.Id,
        where: `${Filename} ${Location.Path?.slice(1).join('/') ?? ''}`,
        message: Message,
      }));
    },
  },
  {
    name: 'checkov',
    async judge(program, outputs) {
      const inputs = [
        ['cloudformation', templates(outputs)],
        ['kubernetes', manifestFiles(outputs)],
        ['dockerfile', ['image/Dockerfile']],
      ] as const;
      const reports = await Promise.all(
        inputs.map(([framework, files]) =>
          jsonOf(program, ['--framework', framework, '--compact', '--quiet', '--skip-download', '-o', 'json', '-f', ...files], outputs),
        ),
      );
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
      return report.map(({ code, file, line, message }: any) => ({
        judge: 'hadolint',
        rule: code,
        where: `${file} line ${line}`,
        message,
      }));
    },
  },
  guardJudge('cfn-guard', (program) => join(program, '..', '..', '..', '..', 'rules')),
  {
    name: 'kube-score',
    async judge(program, outputs) {
      // All objects of a plane or a cluster at once: a rule may require one object next to another.
      const found = manifestFiles(outputs);
      const folders = [...new Set(found.map((file) => dirname(file)))];
      const reports = await Promise.all(folders.map(async (folder) => {
        const files = found.filter((file) => dirname(file) === folder);
        return ((await jsonOf(program, ['score', '--output-format', 'json', ...files], outputs)) ?? []).map((object: any) => ({
          folder,
          ...object,
        }));
      }));
      return reports
        .flat()
        .flatMap(({ folder, object_name, checks }: any) =>
          checks
            .filter(({ skipped, grade }: any) => !skipped && grade < PASSING_GRADE)
            .map(({ check, comments }: any) => ({
              judge: 'kube-score',
              rule: check.id,
              where: `${folder} ${object_name}`,
              message: comments?.[0]?.summary ?? check.name,
            })),
        );
    },
  },
];

/** @param folder of rules, below which there may be others */
export function guardJudge(name: string, folder: (program: string) => string): Judge {
  return {
    name,
    async judge(program, outputs) {
      const files = templates(outputs).map((file) => ({
        file,
        resources: JSON.parse(readFileSync(join(outputs, file), 'utf8')).Resources ?? {},
      }));
      const rules = rulesFor(
        folder(program),
        new Set(files.flatMap(({ resources }) => Object.values<any>(resources).map(({ Type }) => Type))),
      );
      const words = [
        'validate',
        '--structured',
        '--output-format',
        'json',
        '--show-summary',
        'none',
        '--data',
        ...files.map(({ file }) => file),
        '--rules',
        ...rules,
      ];
      const reports = await jsonOf(program, words, outputs);
      return reports.flatMap(({ name: path, not_compliant: broken }: any) => {
        const { file, resources } = files.find((each) => path.endsWith(each.file))!;
        return broken.flatMap(({ Rule }: any) =>
          resourcesIn(Rule).map((id) => ({
            judge: name,
            rule: Rule.name,
            where: `${file} ${resources[id].Type}.${id}`,
            message: titleIn(Rule),
          })),
        );
      });
    },
  };
}

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

/** Files of rules that speak of a type of resource which is there: half of them, and half the time. */
function rulesFor(folder: string, types: ReadonlySet<string>): readonly string[] {
  return globSync('**/*.guard', { cwd: folder }).sort().map((file) => join(folder, file))
    .filter((file) => (readFileSync(file, 'utf8').match(/AWS::\w+::\w+/g) ?? []).some((type) => types.has(type)));
}

/** Names of the resources that a broken rule points at. */
function resourcesIn(rule: object): readonly string[] {
  return [...new Set([...JSON.stringify(rule).matchAll(/"path":"\/Resources\/([^/"]+)/g)].map(([, resource]) => resource))];
}

/** Such as `[CT.S3.PR.6]: Require an Amazon S3 bucket to have lifecycle policies configured`. */
function titleIn(rule: { readonly name: string }): string {
  return JSON.stringify(rule).match(/\[CT\.[^\]]+\]:[^\\"]+/)?.[0].trim() ?? rule.name;
}
