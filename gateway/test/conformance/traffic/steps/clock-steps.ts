/** Step `align`: waits for a moment of the wall clock. */
import type { Step } from '../../suite.ts';
import { pause } from '../replay-context.ts';
import type { SilentStep } from '../replay-context.ts';

interface Align {
  readonly align: 'second' | 'minute';
  /** Wait only if less than this is left. Seconds. */
  readonly room?: number;
  /** After the moment. Seconds. */
  readonly plus?: number;
}

export const alignStep: SilentStep = async (step: Step) => {
  const { align, room, plus = 0 } = step as unknown as Align;
  const length = align === 'second' ? 1 : 60;
  const passed = Date.now() / 1000 % length;
  if (room !== undefined && length - passed >= room) return;
  await pause(passed < plus ? plus - passed : length - passed + plus);
};
