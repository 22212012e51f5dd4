/** A program that is run directly says where its files are: run as a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'hybridge-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param end last lines of the program @returns what it printed on standard error */
function run(end: string, env: Record<string, string> = {}): string {
  const program = join(folder, 'app.ts');
  writeFileSync(program, `
    import { App, Stack } from ${JSON.stringify(join(ROOT, 'node_modules', 'aws-cdk-lib'))};
    import { ValkeyCache } from ${JSON.stringify(join(ROOT, 'src', 'caching', 'valkey-cache'))};
    import { Vpc } from ${JSON.stringify(join(ROOT, 'node_modules', 'aws-cdk-lib', 'aws-ec2'))};
    const app = new App();
    const stack = new Stack(app, 'Cloud');
    new ValkeyCache(stack, 'Cache', { vpc: new Vpc(stack, 'Vpc') });
    ${end}
  `);
  const { CDK_OUTDIR, NODE_ENV, VITEST, ...others } = process.env;
  const { stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', program], {
    cwd: ROOT, encoding: 'utf8', env: { ...others, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json'), ...env },
  });
  expect(status, stderr).toBe(0);
  return stderr;
}

it('names the temporary folder that CDK chose', () => {
  const printed = run(`
    const { readdirSync } = require('node:fs');
    console.error(app.synth().directory, readdirSync(app.outdir + '/hybridge').join());
  `);
  const [, outdir] = /^(\S+) topology.json$/m.exec(printed) ?? [];
  expect(printed).toContain(`cdk-hybridge: no output folder was chosen, so the files are in ${outdir}, which CDK may remove`);
});

it('says that there are no files without a synthesis', () => {
  expect(run('')).toContain('cdk-hybridge: the program ended without a synthesis, so it wrote no files: run "npx cdk synth"');
});

it('is silent where the environment names the folder', () => {
  expect(run('', { CDK_OUTDIR: join(folder, 'out') })).not.toContain('cdk-hybridge:');
  expect(run('app.synth();', { CDK_OUTDIR: join(folder, 'out') })).not.toContain('cdk-hybridge:');
});
