/** A dump is a state file of what is there: applying it changes nothing, and on an empty control plane it makes the same. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countsIn, runCommand, StateFolder, startControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import type { ControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import { CHANGES } from '../../gateway/test/fixtures/deck/changes.ts';
import { diff } from '../commands/diff.ts';
import { dump } from '../commands/dump.ts';
import { sync } from '../commands/sync.ts';

const files = new StateFolder();
const IDLE = { created: 0, updated: 0, deleted: 0 };

let node: ControlPlane;
beforeAll(async () => {
  node = await startControlPlane({ compatibility: 'full' });
});
afterAll(() => node.close());

async function done(command: typeof sync, ...args: readonly string[]) {
  const result = await runCommand(command, ...node.address, ...args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function expectIdentity(state: object): Promise<void> {
  const empty = files.file({});
  await done(sync, files.file(state));
  for (const options of [[], ['--with-id'], ['--format', 'json']]) {
    const { stdout } = await done(dump, ...options);
    const copy = files.file(stdout);
    expect(countsIn(await done(diff, copy)), stdout).toEqual(IDLE);
    if (options.length > 0) continue;
    await done(sync, empty);
    await done(sync, copy);
    expect((await done(dump)).stdout).toBe(stdout);
    // Without ids, it is the same but for these.
    if (!JSON.stringify(state).includes('"id"')) expect(countsIn(await done(diff, files.file(state)))).toEqual(IDLE);
  }
  await done(sync, empty);
}

describe('is the same again', () => {
  it.each(Object.entries(CHANGES))('before and after: %s', async (_, { from, to }) => {
    await expectIdentity(from);
    await expectIdentity(to);
  });

  it('with groups of consumers, and plugins of several owners', async () => {
    await expectIdentity({
      consumer_groups: [{ name: 'gold', plugins: [{ name: 'rate-limiting', config: { minute: 1 } }] }, { name: 'silver' }],
      consumers: [{ username: 'bob', groups: [{ name: 'gold' }, { name: 'silver' }] }],
      services: [{ name: 'one', host: 'h.test' }],
      plugins: [{ name: 'rate-limiting', service: 'one', consumer: 'bob', config: { minute: 2 } }],
    });
  });
});

const NAMES = fc.constantFrom('a', 'b', 'c', 'd');
const TAGS = fc.uniqueArray(fc.constantFrom('t1', 't2', 't3'), { maxLength: 3 });
const unique = <T extends { readonly name: string }>(item: fc.Arbitrary<T>) => (
  fc.uniqueArray(item, { selector: ({ name }) => name, maxLength: 4 }));
const PLUGINS = fc.uniqueArray(fc.constantFrom(
  { name: 'cors', config: { origins: ['a.test', 'b.test'] } }, { name: 'rate-limiting', config: { minute: 5, limit_by: 'ip' } },
  { name: 'request-transformer', config: { add: { headers: ['x:1'] } } }, { name: 'key-auth' },
), { selector: ({ name }) => name, maxLength: 3 });
const ROUTES = unique(fc.record({
  name: NAMES, paths: fc.uniqueArray(fc.constantFrom('/x', '/y', '~/z/\\d+$'), { minLength: 1 }), strip_path: fc.boolean(),
  methods: fc.uniqueArray(fc.constantFrom('GET', 'POST'), { minLength: 1 }), plugins: PLUGINS, tags: TAGS,
}));
const STATES = fc.record({
  services: unique(fc.record({ name: NAMES, host: fc.constantFrom('h.test', 'i.test'), retries: fc.nat(9), plugins: PLUGINS, tags: TAGS })),
  routes: ROUTES,
  upstreams: unique(fc.record({
    name: NAMES,
    targets: fc.uniqueArray(
      fc.record({ target: fc.constantFrom('1.test:80', '2.test:80'), weight: fc.nat(9) }), { selector: ({ target }) => target },
    ),
  })),
  consumers: fc.uniqueArray(fc.record({
    username: NAMES, acls: fc.uniqueArray(fc.record({ group: NAMES }), { selector: ({ group }) => group, maxLength: 2 }), tags: TAGS,
  }), { selector: ({ username }) => username, maxLength: 3 }),
  plugins: PLUGINS,
});

it('has the law of differences: the difference of two states, applied to the first one, makes the second one', async () => {
  await fc.assert(fc.asyncProperty(STATES, STATES, async (one, other) => {
    const [first, second] = [files.file(one), files.file(other)];
    await done(sync, first);
    const counted = countsIn(await done(diff, second));
    expect(countsIn(await done(sync, second))).toEqual(counted);
    expect(countsIn(await done(diff, second))).toEqual(IDLE);
    expect(countsIn(await done(diff, files.file((await done(dump)).stdout)))).toEqual(IDLE);
  }), { numRuns: 12 });
});
