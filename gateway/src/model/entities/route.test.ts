/** What the recordings do not show of routes: forms of paths, and of the addresses in sources and destinations. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { completeEntity } from '../schema/complete.ts';
import { route } from './route.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

const stored = (list: string, ip: string) => node.send('POST', '/routes', { protocols: ['tcp'], [list]: [{ ip }] });

it.each([
  ['sources', '10.0.0.1/0'], ['sources', '::1'], ['destinations', 'fe80::/10'], ['destinations', '::ffff:1.2.3.4'],
])('accepts in %s the address %s', async (list, ip) => {
  expect(await stored(list, ip)).toMatchObject({ status: 201 });
});

it.each([
  ['sources', '[::1]', 'Router Expression failed validation: '], ['destinations', '[fe80::]/10', 'Router Expression failed validation: '],
  ['sources', '::1/64', 'Router Expression failed validation: '], ['sources', 'fe80::1%eth0', 'invalid ip or cidr range'],
  ['destinations', '10.0.0.0/08', 'invalid ip or cidr range'],
])('refuses in %s the address %s', async (list, ip, reason) => {
  const { status, text } = await stored(list, ip);
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(reason) as string });
});

const violations = (path: string) => completeEntity(route, { paths: [path] }, { schemas: new Map(), now: 0 }).violations;

describe('the path of a route', () => {
  it.each(['/a b', '/é%zz', '/a|%', '/{x}', '~/a%zz', '~/(?P<n>x)'])('may be %s', (path) => expect(violations(path)).toBeUndefined());

  it.each([
    ['/a%20b', "non-normalized path, consider use '/a b' instead"],
    ['/a%zz', "invalid url-encoded value: '%zz'"],
    ['/%a%41', "invalid url-encoded value: '%a_'"],
  ])('is refused: %s', (path, text) => expect(violations(path)).toEqual({ paths: [text] }));

  it.each(['~/(', '~/\\1', '~/a{2,1}'])('is no expression: %s', (path) => {
    expect(violations(path)).toEqual({ paths: [expect.stringMatching(/^invalid regex: '.*' \(PCRE returned: /)] });
  });
});
