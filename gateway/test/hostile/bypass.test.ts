/** Requests that look for a way around routes and plugins, or speak under a false name: what reaches the upstream, and as whom. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startHostileNode } from './hostile-node.ts';
import type { HostileNode } from './hostile-node.ts';
import { RawDialogue } from './raw-dialogue.ts';

let node: HostileNode;

beforeAll(async () => {
  node = await startHostileNode({}, { KONG_TRUSTED_IPS: '192.0.2.0/24' });
});
afterAll(() => node.close());

async function ask(target: string, headers: readonly string[] = ['Host: bb.test']): Promise<number> {
  node.upstream.forget();
  const dialogue = await RawDialogue.open({ port: node.ports.plain });
  await dialogue.send([`GET ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`]);
  await dialogue.answered(1);
  dialogue.destroy();
  return dialogue.statuses[0] ?? 0;
}

describe('a path that is protected', () => {
  it.each([
    '/auth', '/auth/', '/auth/x', '/auth?a=b', '/%61uth', '/a%75th', '/%61%75%74%68', '//auth', '/./auth', '/x/../auth', '/x/%2e%2e/auth',
    '/%2e/auth', '/auth/../auth', '///auth', '/auth//', '/auth;x', '/auth%2f', '/auth%00', '/authorise',
  ])('is protected as %s, too', async (target) => {
    expect([401, 400]).toContain(await ask(target));
    expect(node.upstream.requests).toEqual([]);
  });

  it.each(['/AUTH', '/x/auth', '/auth/..', '/%2fauth', '/%5cauth'])('is another one than %s', async (target) => {
    const status = await ask(target);
    for (const { target: got } of node.upstream.requests) expect(decodeURIComponent(got)).not.toMatch(/^\/auth(?:\/(?!\.\.)|$)/);
    expect([200, 400, 401, 404]).toContain(status);
  });

  it.each([
    'X-Original-URL: /auth', 'X-Rewrite-URL: /auth', 'X-HTTP-Method-Override: DELETE', 'X-Forwarded-Path: /auth',
    'X-Forwarded-Prefix: /auth',
  ])('and the method are those of the request line, whatever %s says', async (header) => {
    expect(await ask('/open', ['Host: bb.test', header])).toBe(200);
    expect(node.upstream.requests.map(({ method, target }) => [method, target])).toEqual([['GET', '/open']]);
  });
});

describe('a client that is not trusted', () => {
  it.each([
    ['X-Forwarded-For', '10.9.9.9'], ['X-Real-IP', '10.9.9.9'], ['X-Forwarded-Proto', 'https'], ['X-Forwarded-Host', 'admin.test'],
    ['X-Forwarded-Port', '8001'],
  ])('does not say of itself what %s tells the upstream', async (name, value) => {
    expect(await ask('/open', ['Host: bb.test', `${name}: ${value}`])).toBe(200);
    const values = node.upstream.requests[0]!.headers.filter(([one]) => one === name.toLowerCase()).map(([, one]) => one);
    expect(values).toHaveLength(1);
    // The list of addresses goes on with the one that the connection comes from; only that one counts.
    if (name === 'X-Forwarded-For') expect(values[0]).toMatch(/(?:^|, )127\.0\.0\.1$/);
    else expect(values[0]).not.toBe(value);
  });
});

describe('a Host', () => {
  it.each(['169.254.169.254', '127.0.0.1:8001', '[::1]', 'metadata.internal', 'bb.test.', 'BB.TEST', 'bb.test:80'])(
    '%s never chooses where a request goes', async (host) => {
      expect(await ask('/open', [`Host: ${host}`])).toBe(200);
      expect(node.upstream.requests).toHaveLength(1);
    },
  );
});
