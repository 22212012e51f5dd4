import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { check } from '../../src/private/eks-anywhere/check-text';

const ROOT = join(__dirname, '..', '..');

/** Runs an example as its README says, without credentials, and returns the files below cdk.out/hybridge by path. */
async function written(example: string): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-example-'));
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), '--tsconfig', 'examples/tsconfig.json', `examples/${example}/app.ts`], {
    cwd: ROOT, env: { PATH: process.env.PATH, CDK_OUTDIR: folder },
  });
  const output = join(folder, 'hybridge');
  return Object.fromEntries(readdirSync(output).flatMap((cluster) => readdirSync(join(output, cluster)).map((file) => [`${cluster}/${file}`, readFileSync(join(output, cluster, file), 'utf8')])));
}

test.each([
  ['bare-metal', ['Factory']],
  ['vsphere', ['Branch']],
  ['docker-laptop', ['Laptop']],
  ['management-and-workload', ['Management', 'Production']],
])('the example %s writes files that the checker accepts', async (example, clusters) => {
  const files = await written(example);
  expect(files).toMatchSnapshot();
  for (const cluster of clusters) {
    const findings = check(files[`${cluster}/cluster.yaml`], files[`${cluster}/hardware.csv`]);
    expect(findings).toEqual([]);
  }
}, 60_000);
