/** Counts what a queue took, delivered and lost. */
import type { LossReason } from '../../plugin-kit/queues.ts';

export class Losses {
  taken = 0;
  delivered = 0;
  readonly lost: Record<LossReason, number> = { 'full': 0, 'too many bytes': 0, 'too large': 0, 'retries': 0, 'shutdown': 0 };

  lose(reason: LossReason, count: number): void {
    this.lost[reason] += count;
  }

  get totalLost(): number {
    return Object.values(this.lost).reduce((sum, count) => sum + count, 0);
  }
}
