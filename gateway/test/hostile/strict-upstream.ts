/** An upstream that answers by script, and reads what it gets as strictly as can be. */
import { RecordingUpstream } from '../conformance/traffic/counterparts/recording-upstream.ts';
import { StrictRequests } from './strict-requests.ts';
import type { StrictRequest } from './strict-requests.ts';

export class StrictUpstream extends RecordingUpstream {
  /** Whole requests since the last `forget`, in the order of their ends. */
  requests: StrictRequest[] = [];
  flaws: string[] = [];

  constructor() {
    super('u0', () => undefined);
    this.watch = (socket) => {
      let reader = new StrictRequests();
      socket.on('data', (chunk) => {
        reader.push(chunk);
        this.requests.push(...reader.requests.splice(0));
        if (reader.flaw === undefined) return;
        this.flaws.push(`the upstream got a malformed request: ${reader.flaw}`);
        // What follows on this connection belongs to another case.
        reader = new StrictRequests();
      });
    };
  }

  forget(): void {
    this.requests = [];
    this.flaws = [];
  }
}
