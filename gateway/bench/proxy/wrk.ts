/** wrk as a client, pinned to a processor. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Load {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Milliseconds by percentile. */
  readonly latency: Readonly<Record<'50%' | '99%', number>>;
  readonly errors: number;
}

const CONNECTIONS = 32;

/** @param core of the client. @throws Error when wrk fails */
export async function wrk(url: string, seconds: number, core: number): Promise<Load> {
  const args = ['-c', String(core), 'wrk', '--latency', '-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, url];
  const { stdout } = await promisify(execFile)('taskset', args);
  const text = (expression: RegExp): string => expression.exec(stdout)?.[1] ?? '0';
  return {
    requestsPerSecond: Number(text(/Requests\/sec:\s+([\d.]+)/)),
    requests: Number(text(/(\d+) requests in/)),
    latency: { '50%': milliseconds(text(/^\s+50%\s+(\S+)/m)), '99%': milliseconds(text(/^\s+99%\s+(\S+)/m)) },
    errors: Number(text(/Non-2xx or 3xx responses: (\d+)/))
      + [...stdout.matchAll(/(?:connect|read|write|timeout) (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0),
  };
}

/** wrk prints `850.00us`, `1.20ms`, `1.20s`. */
function milliseconds(printed: string): number {
  const [, value = '0', unit = 'ms'] = /^([\d.]+)(us|ms|s)$/.exec(printed) ?? [];
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'];
}
