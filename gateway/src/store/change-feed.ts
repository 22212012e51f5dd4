/** Tells listeners of new revisions, once for each, in whatever way they became known. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

export class ChangeFeed {
  private readonly listeners = new Set<(revision: number) => void>();
  private latest: number;
  private timer?: NodeJS.Timeout;

  constructor(start: number, private readonly log: Log) {
    this.latest = start;
  }

  listen(listener: (revision: number) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** A revision became known; older and known ones are ignored. */
  advance(revision: number): void {
    if (revision <= this.latest) return;
    this.latest = revision;
    for (const listener of this.listeners) listener(revision);
  }

  /** Looks for changes by other nodes. A failure is logged once for each outage; the next look may succeed. */
  poll(everyMs: number, revision: () => Promise<number>): void {
    let isDown = false;
    const look = async () => {
      try {
        this.advance(await revision());
        if (isDown) this.log.notice('the database answers again');
        isDown = false;
      } catch (error) {
        if (!isDown) this.log.error('cannot look for changes in the database', { error: messageOf(error) });
        isDown = true;
      }
      if (this.timer) this.timer = setTimeout(look, everyMs).unref();
    };
    this.timer = setTimeout(look, everyMs).unref();
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.listeners.clear();
  }
}
