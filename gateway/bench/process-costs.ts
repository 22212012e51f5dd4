/** Processor time and memory of a process with its children, as Linux counts them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux, whatever the machine is: USER_HZ is part of its interface. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface ProcessCosts {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export function costsOf(pid: number): ProcessCosts {
  let [ticks, pages] = [0, 0];
  for (const each of familyOf(pid)) {
    const fields = fieldsOf(each);
    if (fields === undefined) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
    pages += Number(fields[21]);
  }
  return { cpuMs: ticks * 1000 / TICKS_PER_SECOND, rssBytes: pages * PAGE_BYTES };
}

/** Behind the name of the program, which is in parentheses and may contain spaces. */
function fieldsOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  } catch {
    return undefined;
  }
}

function familyOf(root: number): readonly number[] {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name): [number, number] => (
    [Number(name), Number(fieldsOf(Number(name))?.[1] ?? 0)]));
  const family = new Set([root]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}
