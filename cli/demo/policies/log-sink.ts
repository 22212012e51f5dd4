/** Receives what the plugin http-log sends. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LogSink {
  readonly url: string;
  /** The documents so far, as text. */
  readonly documents: readonly string[];
  close(): void;
}

export async function startLogSink(): Promise<LogSink> {
  const documents: string[] = [];
  const server = createServer(async (request, response) => {
    const parts = await request.toArray() as Buffer[];
    documents.push(...(JSON.parse(Buffer.concat(parts).toString()) as unknown[]).map((document) => JSON.stringify(document)));
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    documents,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
