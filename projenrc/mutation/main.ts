/** `npx projen mutate [room...] [--sample N] [--seed S]`: which small changes of the sources do the suites notice? */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EQUIVALENTS } from './equivalents';
import { judge } from './judge';
import type { Judgement } from './judge';
import { keyOf } from './mutant';
import type { Mutant } from './mutant';
import { mutantsOf } from './operators';
import { ROOMS } from './rooms';
import { sampleOf } from './sample';
import { openSuites } from './suites';

const ROOT = join(__dirname, '..', '..');
/** Ignored by git. */
const RESULTS = join(ROOT, 'tmp');

async function main() {
  const options = { sample: { type: 'string' }, seed: { type: 'string', default: '1' } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const unknown = positionals.filter((name) => !(name in ROOMS));
  if (unknown.length > 0) throw new Error(`room: no room is called ${unknown.join(', ')}; expected ${Object.keys(ROOMS).join(', ')}`);
  const rooms = positionals.length > 0 ? positionals : Object.keys(ROOMS);
  for (const name of rooms) await mutate(name, Number(values.sample ?? Infinity), Number(values.seed));
}

async function mutate(name: string, size: number, seed: number) {
  const room = ROOMS[name];
  const all = mutantsIn(room.sources);
  reportStale(room.sources, all);
  const mutants = sampleOf(all.filter((mutant) => !(keyOf(mutant) in EQUIVALENTS)), size, seed);
  console.log(`${name}: ${mutants.length} of ${all.length} mutants`);
  const suites = await openSuites(room, mutants);
  try {
    report(name, all.length, seed, await judge(mutants, suites, console.log));
  } finally {
    await suites.close();
  }
}

function mutantsIn(folder: string): Mutant[] {
  const files = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).sort();
  const mutants: Mutant[] = [];
  for (const file of files) mutants.push(...mutantsOf(`${folder}/${file}`, readFileSync(join(ROOT, folder, file), 'utf8'), mutants.length));
  return mutants;
}

function reportStale(folder: string, mutants: readonly Mutant[]) {
  const keys = new Set(mutants.map(keyOf));
  for (const key of Object.keys(EQUIVALENTS)) {
    if (key.startsWith(`${folder}/`) && !keys.has(key)) console.log(`equivalents.ts: matches no mutant, remove it: ${key}`);
  }
}

function report(name: string, of: number, seed: number, judgements: readonly Judgement[]) {
  const survived = judgements.filter(({ killedBy }) => killedBy === undefined).sort((a, b) => a.mutant.id - b.mutant.id);
  for (const { mutant, tests } of survived) {
    console.log(`survived  ${mutant.file}:${mutant.line}  reached by ${tests} tests  ${keyOf(mutant)}`);
  }
  const killed = judgements.length - survived.length;
  const share = (100 * killed / judgements.length).toFixed(1);
  console.log(`${name}: ${killed} of ${judgements.length} killed (${share} %), ${survived.length} survived`);
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `mutation-${name}.json`);
  const rows = judgements.map(({ mutant, killedBy, tests }) => (
    { key: keyOf(mutant), line: mutant.line, tests, killedBy: killedBy ?? null }));
  writeFileSync(file, JSON.stringify({ room: name, mutants: of, seed, tried: judgements.length, killed, rows }, undefined, 2));
  console.log(`each mutant: ${file}`);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
