/**
 * Task `pictures`: draws the topology of every example with planes into docs/pictures/, and makes sure that the
 * example's README shows it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readTopologyDocument } from './read.ts';
import { sceneOf } from './scene.ts';
import { drawSvg } from './svg.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PICTURES = join(ROOT, 'docs', 'pictures');

/** Pictures that are no topology of an example: a suite compares the first one, `npx projen reference` writes the other. */
const OTHERS = new Set(['bare-metal-cluster.svg', 'concepts.svg']);

const examples = readdirSync(join(ROOT, 'examples')).filter((name) => existsSync(join(ROOT, 'examples', name, 'app.ts'))).sort();
const drawn: string[] = [];
const outputs = mkdtempSync(join(tmpdir(), 'pictures-'));
try {
  synthesize();
  mkdirSync(PICTURES, { recursive: true });
  for (const example of examples.filter((name) => existsSync(join(outputs, name, 'hybridge', 'topology.json')))) {
    writeFileSync(join(PICTURES, `${example}.svg`), drawSvg(sceneOf(readTopologyDocument(join(outputs, example)))));
    drawn.push(example);
  }
} finally {
  rmSync(outputs, { recursive: true, force: true });
}
for (const file of readdirSync(PICTURES)) {
  if (!OTHERS.has(file) && !drawn.includes(basename(file, '.svg'))) rmSync(join(PICTURES, file));
}
const without = drawn.filter(
  (example) => !readFileSync(join(ROOT, 'examples', example, 'README.md'), 'utf8').includes(`(../../docs/pictures/${example}.svg)`),
);
if (without.length > 0) {
  console.error(`the README of ${without.join(', ')} does not show its picture: add ![topology](../../docs/pictures/<example>.svg)`);
  process.exitCode = 1;
}

function synthesize() {
  const jobs = examples.map((example) => ({
    program: join(ROOT, 'examples', example, 'app.ts'),
    outdir: join(outputs, example),
    context: { 'aws:cdk:disable-asset-staging': true },
  }));
  execFileSync('tsx', ['--tsconfig', 'examples/tsconfig.json', 'test/setup/synthesize-programs.ts'], {
    cwd: ROOT, input: JSON.stringify(jobs), env: { ...process.env, CDK_VALIDATION: 'false' }, stdio: ['pipe', 'inherit', 'inherit'],
  });
}
