/** Waiting for what comes without being asked. */
import { pause } from './replay-context.ts';

interface QuietOptions {
  /** Longest wait for the first items. Seconds. */
  readonly wait: number;
  /** Silence after which everything has come. Seconds. */
  readonly settle: number;
  /** How many items the first ones are. @default 1 */
  readonly least?: number;
}

/** Longest time that it may go on. Seconds. */
const MAX_SECONDS = 5;

/** Waits for the first items, and then for silence. @returns whether there was silence in the end: probes never cease */
export async function untilQuiet(count: () => number, { wait, settle, least = 1 }: QuietOptions): Promise<boolean> {
  for (const deadline = Date.now() + wait * 1000; count() < least && Date.now() < deadline;) await pause(0.01);
  const end = Date.now() + MAX_SECONDS * 1000;
  for (let before = -1; before !== count() && count() > 0 && Date.now() < end;) {
    before = count();
    await pause(settle);
  }
  return Date.now() < end;
}
