/**
 * Synthesizes every example with CDK's validation in strict mode, as it is and with the feature flags of a new project, and fails on any finding
 * that is not acknowledged.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';

interface Report {
  readonly pluginReports: readonly { readonly pluginName: string; readonly conclusion: string; readonly violations: readonly object[] }[];
}

const ROOT = join(__dirname, '..', '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => existsSync(join(ROOT, 'examples', name, 'app.ts'))).sort();
/** Two cores are what a small CI machine has. */
const WORKERS = 2;
const CONTEXT = { 'aws:cdk:disable-asset-staging': true, '@aws-cdk/core:strictCfnValidateErrors': true };
const VARIANTS = { 'as it is': CONTEXT, 'with recommended flags': { ...CONTEXT, ...CURRENTLY_RECOMMENDED_FLAGS } };

const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const outputs = mkdtempSync(join(tmpdir(), 'validated-'));

/** In a process of its own: CDK's validator keeps some hundred megabytes for each app that it has seen. */
function synthesize(example: string, jobs: readonly object[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsx, '--tsconfig', 'examples/tsconfig.json', 'test/setup/synthesize-programs.ts'], { cwd: ROOT, stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('exit', (code) => code === 0 ? resolve() : reject(new Error(`examples/${example} does not synthesize: exit code ${code}`)));
    child.stdin!.end(JSON.stringify(jobs));
  });
}

/** What was found, one text for each plugin and run. */
async function findingsOf(example: string): Promise<string[]> {
  const jobs = Object.entries(VARIANTS).map(([variant, context]) => ({
    title: `examples/${example} ${variant}`, program: join(ROOT, 'examples', example, 'app.ts'), outdir: join(outputs, `${example} ${variant}`), context, isValidated: true,
  }));
  await synthesize(example, jobs);
  return jobs.flatMap(({ title, outdir }) => {
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return pluginReports.filter(({ conclusion, violations }) => conclusion !== 'success' || violations.length > 0).map((report) => `${title}: ${JSON.stringify(report, undefined, 2)}`);
  });
}

async function main(): Promise<void> {
  const waiting = [...EXAMPLES];
  const findings: string[] = [];
  const worker = async () => {
    for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) findings.push(...await findingsOf(example));
  };
  try {
    await Promise.all(Array.from({ length: WORKERS }, worker));
  } finally {
    rmSync(outputs, { recursive: true });
  }
  process.stdout.write([...findings, `${EXAMPLES.length} examples, ${findings.length} reports with findings`, ''].join('\n'));
  if (findings.length > 0) process.exitCode = 1;
}

void main();
