/** The wheel, installed with the oldest and with the newest versions that it allows; a program synthesizes with it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST, OLDEST, PEERS, isInstalled, run, skipped } from './language';
import type { Synthesized, Versions } from './language';

/** @param folder empty */
export function python(folder: string): readonly Synthesized[] {
  if (!isInstalled('python3', '-m', 'venv', '--help')) {
    skipped('the Python package', '`python3 -m venv` does not work here');
    return [];
  }
  run('npx', ['jsii-pacmak', '--targets', 'python', '--outdir', join(folder, 'packed')]);
  const wheels = join(folder, 'packed', 'python');
  const wheel = join(wheels, readdirSync(wheels).find((name) => name.endsWith('.whl'))!);
  const ends = {
    oldest: PEERS.map((name) => `${name}==${OLDEST[name]}`),
    // Not newer than what the other tests use: npm has to have the same versions for the comparison.
    newest: PEERS.map((name) => `${name}>=${OLDEST[name]},<=${MANIFEST.devDependencies[name]}`),
  };
  return Object.entries(ends).map(([end, requirements]) => synthesize(join(folder, end), wheel, requirements));
}

function synthesize(folder: string, wheel: string, requirements: readonly string[]): Synthesized {
  run('python3', ['-m', 'venv', folder]);
  const bin = join(folder, 'bin');
  run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', wheel, ...requirements]);
  const versions = installed(bin);
  const outdir = join(folder, 'cdk.out');
  run(join(bin, 'python'), ['test/languages/topology.py'], { env: { CDK_OUTDIR: outdir } });
  return { title: 'Python', versions, outdir };
}

function installed(bin: string): Versions {
  const packages = JSON.parse(run(join(bin, 'pip'), ['list', '--format=json', '--disable-pip-version-check'])) as
    readonly { readonly name: string; readonly version: string }[];
  return Object.fromEntries(PEERS.map((name) => {
    const found = packages.find((candidate) => candidate.name === name);
    if (!found) throw new Error(`pip did not install ${name}`);
    return [name, found.version];
  }));
}
