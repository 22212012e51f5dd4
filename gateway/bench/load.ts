/** Sends requests with several clients at once and measures the server meanwhile. */
import { Agent, request } from 'node:http';

import type { Measured } from './measured.ts';
import type { ServerProcess } from './server-process.ts';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Any other answer ends the run. */
  readonly status: number;
}

const CLIENTS = 8;

/** Sends `count` requests. @throws Error an answer has another status than the request expects */
export async function load(server: ServerProcess, count: number, make: (n: number) => Sent): Promise<Omit<Measured, 'subject'>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  let next = 0;
  const client = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await send(server.port, agent, make(n));
  };
  const [cpuBefore, begun] = [server.cpuMs(), performance.now()];
  try {
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const seconds = (performance.now() - begun) / 1000;
    return { requestsPerSecond: count / seconds, cpuMs: (server.cpuMs() - cpuBefore) / count };
  } finally {
    agent.destroy();
  }
}

function send(port: number, agent: Agent, { method, path, body, status }: Sent): Promise<void> {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = payload && { 'content-type': 'application/json', 'content-length': payload.length };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
      response.on('end', () => {
        if (response.statusCode === status) resolve();
        else reject(new Error(`${method} ${path}: ${response.statusCode}, expected ${status}: ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
