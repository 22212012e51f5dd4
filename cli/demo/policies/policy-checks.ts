/** Requests through one data plane that show what its policies do. */
import { CommandFailure } from '../../command.ts';
import type { LogSink } from './log-sink.ts';
import type { OpenIdProvider } from './openid-provider.ts';

interface CheckedPlane {
  readonly id: string;
  /** URLs of its listeners. */
  readonly proxy: string;
  readonly status: string;
}

/** How long a document or a metric may take. Milliseconds. */
const LIMIT_MS = 10_000;

export const POLICY_HEADINGS = ['data plane', 'login', 'limit', 'cached answer', 'log document', 'metrics'];

/** @returns what was seen, by policy. @throws CommandFailure when a policy does not do what it is for */
export async function checkPolicies(plane: CheckedPlane, logs: LogSink, provider: OpenIdProvider | undefined): Promise<string[]> {
  return [
    plane.id,
    provider === undefined ? 'skipped: npm install oidc-provider' : await login(plane, provider),
    await limit(plane), await cached(plane), await logged(plane, logs), await measured(plane),
  ];
}

async function login({ id, proxy }: CheckedPlane, provider: OpenIdProvider): Promise<string> {
  const token = await provider.token();
  const ask = (authorization?: string) => statusOf(`${proxy}/orders`, authorization === undefined ? {} : { authorization });
  const spoiled = token.replace(/\.[^.]*$/, '.c3BvaWxlZA');
  const seen = [await ask(`Bearer ${token}`), await ask(`Bearer ${spoiled}`), await ask()];
  expectSame(id, 'login', seen, [200, 401, 401]);
  return 'token of a machine client 200, spoiled 401, none 401';
}

async function limit({ id, proxy }: CheckedPlane): Promise<string> {
  const seen: number[] = [];
  for (let at = 0; at < 3; at += 1) seen.push(await statusOf(`${proxy}/limited`));
  expectSame(id, 'limit', seen, [200, 200, 429]);
  return '2 an hour: 200, 200, 429';
}

async function cached({ id, proxy }: CheckedPlane): Promise<string> {
  const seen: (string | null)[] = [];
  for (let at = 0; at < 2; at += 1) {
    const answer = await fetch(`${proxy}/cached/anything`);
    await answer.arrayBuffer();
    seen.push(answer.headers.get('x-cache-status'));
  }
  expectSame(id, 'cached answer', seen, ['Miss', 'Hit']);
  return 'Miss, Hit';
}

async function logged({ id, proxy }: CheckedPlane, logs: LogSink): Promise<string> {
  await statusOf(`${proxy}/logged/anything?plane=${id}`);
  await until(id, 'log document', async () => logs.documents.some((document) => document.includes(`/logged/anything?plane=${id}`)));
  return `GET /logged/anything?plane=${id}`;
}

async function measured({ id, proxy, status }: CheckedPlane): Promise<string> {
  await statusOf(`${proxy}/measured`);
  let line: string | undefined;
  await until(id, 'metrics', async () => {
    const text = await (await fetch(`${status}/metrics`)).text();
    line = text.split('\n').find((each) => each.startsWith('kong_http_requests_total{') && each.includes('route="measured"'));
    return line !== undefined;
  });
  return `kong_http_requests_total of route measured: ${line!.split(' ').at(-1)}`;
}

async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

function expectSame(plane: string, policy: string, seen: readonly unknown[], expected: readonly unknown[]): void {
  if (seen.join() === expected.join()) return;
  throw new CommandFailure(`${plane}, ${policy}: got ${seen.join(', ')}, expected ${expected.join(', ')}`, 'unavailable');
}

async function until(plane: string, policy: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!await holds()) {
    if (Date.now() > deadline) throw new CommandFailure(`${plane}, ${policy}: nothing came within ${LIMIT_MS / 1000} s`, 'unavailable');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
