/** Instructions of a process, where the machine counts them: virtual machines often do not. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { isOnPath } from '../../test/setup/on-path.ts';

/** Counts while `work` runs. @returns `undefined` where nothing can be counted */
export async function instructionsDuring(pid: number, seconds: number, work: () => Promise<void>): Promise<number | undefined> {
  if (!isOnPath('perf')) {
    await work();
    return undefined;
  }
  const args = ['stat', '-x', ',', '-e', 'instructions', '-p', String(pid), '--', 'sleep', String(seconds)];
  const counted = promisify(execFile)('perf', args).then(({ stderr }) => stderr, () => '');
  await work();
  const [, count] = /^(\d+),[^,]*,instructions/m.exec(await counted) ?? [];
  return count === undefined ? undefined : Number(count);
}
