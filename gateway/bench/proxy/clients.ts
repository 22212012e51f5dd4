/** Clients of the bench, pinned to a processor: wrk for HTTP/1.1, h2load for HTTP/2. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Shape } from './shapes.ts';
import { KEY } from './subjects.ts';

export interface Load {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Milliseconds; NaN where the client does not tell. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

const run = promisify(execFile);

/** What sends the requests of a shape. */
export function clientOf({ protocol }: Shape): 'wrk' | 'h2load' {
  return protocol === 'h2' ? 'h2load' : 'wrk';
}

/** @param core of the client. @throws Error when the client fails */
export function load(url: string, shape: Shape, seconds: number, core: number): Promise<Load> {
  return clientOf(shape) === 'h2load' ? h2load(url, shape, seconds, core) : wrk(url, shape, seconds, core);
}

async function wrk(url: string, { connections, requestBytes, hasPolicies = false }: Shape, seconds: number, core: number): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-bench-'));
  try {
    const script = join(folder, 'request.lua');
    writeFileSync(script, requestBytes === undefined ? '' : `wrk.method = "POST"; wrk.body = string.rep("x", ${requestBytes})`);
    const { stdout } = await run('taskset', [
      '-c', String(core), 'wrk', '--latency', '-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', script,
      ...hasPolicies ? ['-H', `apikey: ${KEY}`] : [], url,
    ]);
    const text = (expression: RegExp): string => expression.exec(stdout)?.[1] ?? '0';
    return {
      requestsPerSecond: Number(text(/Requests\/sec:\s+([\d.]+)/)),
      requests: Number(text(/(\d+) requests in/)),
      p50: milliseconds(text(/^\s+50%\s+(\S+)/m)),
      p99: milliseconds(text(/^\s+99%\s+(\S+)/m)),
      errors: Number(text(/Non-2xx or 3xx responses: (\d+)/))
        + [...stdout.matchAll(/(?:connect|read|write|timeout) (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It prints no percentiles. */
async function h2load(url: string, { connections }: Shape, seconds: number, core: number): Promise<Load> {
  const { stdout } = await run('taskset', ['-c', String(core), 'h2load', '-c', String(connections), '-m', '1', '-D', String(seconds), url]);
  const [, perSecond = '0'] = /, ([\d.]+) req\/s/.exec(stdout) ?? [];
  const [, done = '0', succeeded = '0'] = /(\d+) done, (\d+) succeeded/.exec(stdout) ?? [];
  const [, ok = '0'] = /status codes: (\d+) 2xx/.exec(stdout) ?? [];
  return {
    requestsPerSecond: Number(perSecond), requests: Number(done), p50: NaN, p99: NaN,
    errors: Number(done) - Math.min(Number(succeeded), Number(ok)),
  };
}

/** wrk prints `850.00us`, `1.20ms`, `1.20s`. */
function milliseconds(printed: string): number {
  const [, value = '0', unit = 'ms'] = /^([\d.]+)(us|ms|s)$/.exec(printed) ?? [];
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'];
}
