/**
 * Replays recorded traffic against a node in this process, and prints for each suite how many cases are answered as recorded:
 *
 *     npx tsx gateway/test/conformance/replay-traffic.ts [-v] [GROUP [part of the id of a suite or case …]]
 *
 * Ends with 1 when a case differs that `deviations.ts` does not name, or one agrees that it names.
 */
import { parseArgs } from 'node:util';

import { DEVIATIONS } from './deviations.ts';
import { startCounterparts } from './traffic/counterparts/counterparts.ts';
import { GROUP_NAMES, groupOf } from './traffic/groups.ts';
import { replaySuite } from './traffic/replay-suite.ts';
import type { CaseResult } from './traffic/replay-suite.ts';

const { values: { verbose }, positionals: [asked = 'all', ...parts] } = parseArgs({
  allowPositionals: true, options: { verbose: { type: 'boolean', short: 'v', default: false } },
});
if (asked !== 'all' && !GROUP_NAMES.includes(asked)) {
  console.error('usage: replay-traffic.ts [-v] [GROUP [PART…]]   '
    + `GROUP: all, ${GROUP_NAMES.join(', ')}; PART: of the id of a suite or case`);
  process.exit(2);
}

const isWanted = (id: string) => parts.length === 0 || parts.some((part) => id.includes(part));
let unexplained = 0;
for (const name of asked === 'all' ? GROUP_NAMES : [asked]) unexplained += await replayGroup(name);
// What a node left behind must not keep the process.
process.exit(unexplained === 0 ? 0 : 1);

/** @returns how many cases differ without a reason, or agree in spite of one */
async function replayGroup(name: string): Promise<number> {
  const group = groupOf(name);
  Object.assign(process.env, group.environment);
  const counterparts = await startCounterparts(group);
  const total = { equal: 0, deviating: 0, wrong: 0, cases: 0 };
  for (const suite of group.suites.filter(({ id, cases }) => isWanted(id) || cases.some((one) => isWanted(one.id)))) {
    const { cases, refusals } = await replaySuite(suite, {
      counterparts, settings: group.settings, pki: group.pki, isTelemetry: group.isTelemetry, only: isWanted,
    });
    const count = counted(cases);
    for (const key of ['equal', 'deviating', 'wrong', 'cases'] as const) total[key] += count[key];
    console.log(`${suite.id} ${shown(count)}`);
    for (const refusal of refusals) console.log(`    configuration refused: ${refusal}`);
    for (const result of cases) print(result);
  }
  await counterparts.close();
  if (parts.length === 0) for (const [suite, reason] of group.leftOut) console.log(`${suite} left out: ${reason}`);
  console.log(`total ${name} ${shown(total)}`);
  return total.wrong;
}

interface Count {
  readonly equal: number;
  readonly deviating: number;
  /** Differ without a reason, or agree in spite of one. */
  readonly wrong: number;
  readonly cases: number;
}

function counted(cases: readonly CaseResult[]): Count {
  const equal = cases.filter(({ differences }) => differences.length === 0);
  const deviating = cases.filter(({ id, differences }) => differences.length > 0 && reasonOf(id) !== undefined);
  const agreeing = equal.filter(({ id }) => reasonOf(id) !== undefined);
  return {
    equal: equal.length, deviating: deviating.length, cases: cases.length,
    wrong: cases.length - equal.length - deviating.length + agreeing.length,
  };
}

function shown({ equal, deviating, cases }: Count): string {
  return `${equal}/${cases}${deviating > 0 ? `, ${deviating} deviating` : ''}`;
}

function reasonOf(id: string): string | undefined {
  return DEVIATIONS.find((deviation) => deviation.id.test(id))?.reason;
}

function print({ id, differences }: CaseResult): void {
  const reason = reasonOf(id);
  if (differences.length === 0 && reason !== undefined) console.log(`    ${id} agrees, though it deviates by decision: ${reason}`);
  if (differences.length === 0 || (!verbose && reason !== undefined)) return;
  console.log(`    ${id}${reason === undefined ? '' : ` deviates: ${reason}`}`);
  if (verbose) for (const difference of differences) console.log(`        ${difference}`);
}
