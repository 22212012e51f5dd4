/** One measurement of bench/run.ts, compiled by it, in a process of its own; the last line printed is the result. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { check } from '../../src/eksa/check-text';
import { addFiftyClusters } from './fifty-clusters';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
process.env.CDK_OUTDIR = folder;

function synthesizeFifty(): void {
  const app = new App({ outdir: folder, autoSynth: false });
  addFiftyClusters(app);
  app.synth();
}

const SUBJECTS: Readonly<Record<string, () => unknown>> = {
  'hybrid': () => import('../../examples/hybrid/app.js'),
  'fifty-clusters': synthesizeFifty,
  'check': () => {
    synthesizeFifty();
    const site = join(folder, 'hybridge', 'Site0');
    const [yaml, csv] = [readFileSync(join(site, 'cluster.yaml'), 'utf8'), readFileSync(join(site, 'hardware.csv'), 'utf8')];
    begun = performance.now();
    if (check(yaml, csv).some(({ severity }) => severity === 'error')) throw new Error('the file of a synthesized cluster is refused');
  },
};

let begun = 0;

async function main(): Promise<void> {
  // Modules of the library load when they are used. What a program loads is a part of what it costs, and is measured.
  begun = performance.now();
  await SUBJECTS[process.argv[2]!]!();
  const ms = performance.now() - begun;
  rmSync(folder, { recursive: true });
  process.stdout.write(`\n${JSON.stringify({ ms, mebibytes: process.resourceUsage().maxRSS / 1024 })}\n`);
}

void main();
