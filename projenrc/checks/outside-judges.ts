/**
 * Lets cfn-guard, cfn-lint, checkov, hadolint and kube-score judge what every example synthesizes. What they find is
 * explained in judges/exceptions.ts, or fails. `--guard-rules FOLDER`: a copy of `rules/aws` of the AWS Guard Rules
 * Registry judges, too.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EXCEPTIONS } from './judges/exceptions';
import type { JudgeException } from './judges/exceptions';
import { JUDGES, guardJudge } from './judges/findings';
import type { Finding } from './judges/findings';
import { writeAppliedManifests } from './judges/manifests';
import { REGISTRY, REGISTRY_EXCEPTIONS } from './judges/registry-exceptions';
import { installTools } from './judges/tools';

const ROOT = join(__dirname, '..', '..');

async function main() {
  const outputs = mkdtempSync(join(tmpdir(), 'judged-'));
  try {
    const installation = installTools();
    synthesizeExamples(outputs);
    writeAppliedManifests(outputs);
    cpSync(join(ROOT, 'lib', 'bundle', 'image'), join(outputs, 'image'), { recursive: true });
    const { programs, missing } = await installation;
    for (const [name, reason] of missing) console.log(`skipped: ${name}: ${reason}`);
    const judges = JUDGES.filter(({ name }) => programs.has(name)).map((judge) => ({ ...judge, program: programs.get(judge.name)! }));
    const { values: { 'guard-rules': registry } } = parseArgs({ options: { 'guard-rules': { type: 'string' } } });
    if (registry) judges.push({ ...guardJudge(REGISTRY, () => registry), program: programs.get('cfn-guard')! });
    const findings = (await Promise.all(judges.map(({ program, judge }) => judge(program, outputs)))).flat();
    report(findings, EXCEPTIONS.filter(({ judge }) => programs.has(judge)), judges.map(({ name }) => name));
  } finally {
    rmSync(outputs, { recursive: true, force: true });
  }
}

function synthesizeExamples(outputs: string) {
  const examples = readdirSync(join(ROOT, 'examples')).filter((name) => existsSync(join(ROOT, 'examples', name, 'app.ts'))).sort();
  const jobs = examples.map((example) => ({
    program: join(ROOT, 'examples', example, 'app.ts'),
    outdir: join(outputs, example),
    context: { 'aws:cdk:disable-asset-staging': true },
  }));
  execFileSync('tsx', ['--tsconfig', 'examples/tsconfig.json', 'test/setup/synthesize-programs.ts'], {
    cwd: ROOT, input: JSON.stringify(jobs), env: { ...process.env, CDK_VALIDATION: 'false' }, stdio: ['pipe', 'inherit', 'inherit'],
  });
}

function report(findings: readonly Finding[], exceptions: readonly JudgeException[], judges: readonly string[]) {
  const isExplainedBy =
    ({ judge, rule, where }: Finding) =>
      (row: JudgeException) =>
        row.judge === judge && row.rules.includes(rule) && row.where.test(where);
  const unexplained = findings.filter((finding) => ![...exceptions, ...REGISTRY_EXCEPTIONS].some(isExplainedBy(finding)));
  const leftOver = exceptions.flatMap((exception) =>
    exception.rules
      .filter((rule) => !findings.some((finding) => finding.rule === rule && isExplainedBy(finding)(exception)))
      .map(
        (rule) =>
          `${exception.judge} ${rule} at ${exception.where}: nothing is found there any more; delete it from `
            + 'projenrc/checks/judges/exceptions.ts',
      ),
  );
  for (const { judge, rule, where, message } of unexplained) console.error(`${judge} ${rule} at ${where}: ${message}`);
  for (const line of leftOver) console.error(line);
  console.log(
    `${judges.join(', ') || 'no judge'}: ${findings.length} findings, ${unexplained.length} unexplained; `
      + `${leftOver.length} exceptions left over`,
  );
  if (unexplained.length + leftOver.length > 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
