/** An HTTP server before another one, which makes one request fail. */
import { createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `refused`: answered with 500 before anything happens; `lost`: it happens, and the answer does not arrive; `held`: it happens when
 * `release()` is called.
 */
export type Fault = 'refused' | 'lost' | 'held';

export interface FaultyProxy {
  readonly url: string;
  /** Requests so far. */
  readonly count: () => number;
  /** Ends when the held request has come. */
  readonly held: () => Promise<void>;
  /** Makes one request fail, counted from 1 from now on. */
  fail(request: number, fault: Fault): void;
  release(): void;
  close(): Promise<void>;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  let count = 0;
  let planned: { readonly request: number; readonly fault: Fault } | undefined;
  let [arrived, arrive, release] = [Promise.resolve(), () => {}, () => {}];
  let released = Promise.resolve();

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    count += 1;
    const fault = planned?.request === count ? planned.fault : undefined;
    const body: Buffer[] = [];
    for await (const chunk of incoming) body.push(chunk as Buffer);
    if (fault === 'refused') return void outgoing.writeHead(500, { 'content-type': 'text/plain' }).end('refused');
    if (fault === 'held') {
      arrive();
      await released;
    }
    const { method, url = '', headers } = incoming;
    const forwarded = send(new URL(url, target), { method, headers }, (answer) => {
      if (fault === 'lost') return void answer.resume().on('end', () => incoming.socket.destroy());
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.end(Buffer.concat(body));
  }

  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    fail: (request, fault) => {
      [count, planned] = [0, { request, fault }];
      arrived = new Promise((resume) => { arrive = resume; });
      released = new Promise((resume) => { release = resume; });
    },
    held: () => arrived,
    release: () => release(),
    close: () => {
      server.closeAllConnections();
      return new Promise((resume) => server.close(() => resume()));
    },
  };
}
