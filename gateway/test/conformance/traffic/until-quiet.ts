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

/** Waits for the first items, and then for silence. */
export async function untilQuiet(count: () => number, { wait, settle, least = 1 }: QuietOptions): Promise<void> {
  for (const deadline = Date.now() + wait * 1000; count() < least && Date.now() < deadline;) await pause(0.01);
  for (let before = -1; before !== count() && count() > 0;) {
    before = count();
    await pause(settle);
  }
}
