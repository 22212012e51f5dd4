/** decK against a node: what a state file says is what the node holds, and nothing more is to be done afterwards. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLUGIN_SCHEMAS } from '../../src/plugins/schemas.ts';
import { held } from '../conformance/admin-replay.ts';
import { startAdminNode } from '../fixtures/admin-node.ts';
import type { AdminNode } from '../fixtures/admin-node.ts';
import { DECK, WITHOUT_DECK, countedBy, runDeck } from '../fixtures/deck/deck.ts';
import type { DeckRun } from '../fixtures/deck/deck.ts';
import { PLUGIN_CONFIGS } from '../fixtures/deck/plugin-configs.ts';
import { pluginState } from '../fixtures/deck/plugin-state.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'deck');
const STATES = filesOf('states');
const REFUSED = filesOf('refused');
const IDLE = { created: 0, updated: 0, deleted: 0 };

// Made with the first file: where every test is skipped, nothing would remove it.
let folder: string | undefined;
let node: AdminNode;

const deck = (...args: readonly string[]) => runDeck(`http://127.0.0.1:${node.port}`, 'gateway', ...args);

/** @returns a state file with this content */
function stateFile(name: string, content: string): string {
  const file = join(folder ??= temporaryFolder('deck'), `${name}.yaml`);
  writeFileSync(file, content);
  return file;
}

function filesOf(name: string): { readonly name: string; readonly file: string }[] {
  return readdirSync(join(FIXTURES, name)).map((file) => ({ name: file.replace('.yaml', ''), file: join(FIXTURES, name, file) }));
}

function expectSuccess(run: DeckRun): DeckRun {
  expect(run.code, run.output).toBe(0);
  return run;
}

/** What holds of every state that the node accepts. */
async function expectRoundTrip(file: string): Promise<void> {
  expectSuccess(await deck('validate', file));
  expect(countedBy(expectSuccess(await deck('sync', file)))).toMatchObject({ updated: 0, deleted: 0 });
  expect(countedBy(expectSuccess(await deck('diff', '--non-zero-exit-code', file)))).toEqual(IDLE);
  const dump = stateFile('dump', '');
  expectSuccess(await deck('dump', '--output-file', dump, '--yes'));
  expect(countedBy(expectSuccess(await deck('diff', '--non-zero-exit-code', dump)))).toEqual(IDLE);
  expect(countedBy(expectSuccess(await deck('sync', file)))).toEqual(IDLE);
  expect(await held(node)).not.toEqual([]);
  expectSuccess(await deck('reset', '--force'));
  expect(await held(node)).toEqual([]);
}

describe.skipIf(DECK === undefined)(`decK${WITHOUT_DECK}`, () => {
  beforeEach(async () => {
    node = await startAdminNode();
  });
  afterEach(() => node.close());

  it('greets the node', async () => {
    const { output } = expectSuccess(await deck('ping'));
    expect(output).toContain('Successfully connected to Kong!');
    expect(output).toMatch(/Kong version: {2}3\.9\.1/);
  });

  it.each(STATES)('syncs once, and finds nothing to do afterwards: $name', ({ file }) => expectRoundTrip(file));

  it.each(Object.entries(PLUGIN_CONFIGS))('syncs a plugin on every scope: %s', async (name, configs) => {
    await expectRoundTrip(stateFile(name, pluginState(PLUGIN_SCHEMAS.get(name)!, configs)));
  });

  it.each(REFUSED)('reports why a state is refused, by validate and by sync: $name', async ({ file }) => {
    for (const command of ['validate', 'sync']) {
      const { code, output } = await deck(command, file);
      expect(code, output).toBe(1);
      // A plugin that is not there is missed when decK asks for its schema, before it writes.
      expect(output).toMatch(/HTTP status 400 .*schema violation|HTTP status 404 .*No plugin named/);
    }
  });

  it('sees each change, makes it, and sees nothing then', async () => {
    const [before, after] = [
      { host: 'a.test', paths: ['/a'], minute: 5, weight: 10, tags: ['a'] },
      { host: 'b.test', paths: ['/b', '/c'], minute: 6, weight: 20, tags: ['b'] },
    ].map(({ host, paths, minute, weight, tags }) => JSON.stringify({
      _format_version: '3.0',
      services: [{
        name: 'svc', host, tags, routes: [{ name: 'rt', paths }], plugins: [{ name: 'rate-limiting', config: { minute, policy: 'local' } }],
      }],
      upstreams: [{ name: 'up', targets: [{ target: '10.0.0.1:80', weight }] }],
      consumers: [{ username: 'bob', tags }],
    }));
    expectSuccess(await deck('sync', stateFile('before', before!)));
    const file = stateFile('after', after!);
    const diff = await deck('diff', '--non-zero-exit-code', file);
    expect(diff.code).toBe(2);
    expect(countedBy(diff)).toEqual({ created: 0, updated: 5, deleted: 0 });
    expect(countedBy(expectSuccess(await deck('sync', file)))).toEqual({ created: 0, updated: 5, deleted: 0 });
    expect(countedBy(expectSuccess(await deck('diff', '--non-zero-exit-code', file)))).toEqual(IDLE);
  });

  it('deletes what a state no longer has, whatever refers to it', async () => {
    expectSuccess(await deck('sync', join(FIXTURES, 'states', 'everything.yaml')));
    const { deleted } = countedBy(expectSuccess(await deck('sync', stateFile('empty', '_format_version: "3.0"\n'))));
    expect(deleted).toBeGreaterThan(15);
    expect(await held(node)).toEqual([]);
  });

  it('keeps to its tags: what other teams own stays', async () => {
    const ours = ['--select-tag', 'team'];
    await node.send('POST', '/services', { name: 'theirs', host: 't.test', tags: ['other'] });
    await node.send('POST', '/consumers', { username: 'theirs' });
    const file = join(FIXTURES, 'states', 'everything.yaml');
    const others = await held(node);
    expectSuccess(await deck('sync', ...ours, file));
    expect(countedBy(expectSuccess(await deck('diff', '--non-zero-exit-code', ...ours, file)))).toEqual(IDLE);
    const dump = stateFile('tagged', '');
    expectSuccess(await deck('dump', ...ours, '--output-file', dump, '--yes'));
    expect(readFileSync(dump, 'utf8')).not.toContain('theirs');
    expect(countedBy(expectSuccess(await deck('diff', '--non-zero-exit-code', dump)))).toEqual(IDLE);
    expectSuccess(await deck('reset', '--force', ...ours));
    expect(await held(node)).toEqual(others);
  });

  it('keeps the ids and the times of creation that a state gives', async () => {
    expectSuccess(await deck('sync', join(FIXTURES, 'states', 'created-at.yaml')));
    const { text } = await node.send('GET', '/services/svc');
    expect(JSON.parse(text)).toMatchObject({ created_at: 1_600_000_000 });
    expectSuccess(await deck('sync', join(FIXTURES, 'states', 'ids.yaml')));
    expect((await node.send('GET', '/key-auths/0d7ad4a6-1bd7-4b10-a1b5-5a1f2ea6d005')).status).toBe(200);
  });

  it('syncs 2,000 entities, in pages of 1,000', async () => {
    const file = stateFile('many', JSON.stringify({
      _format_version: '3.0',
      services: Array.from({ length: 400 }, (_, index) => ({
        name: `svc-${index}`, host: 'a.test',
        routes: [{ name: `rt-${index}`, paths: [`/${index}`] }], plugins: [{ name: 'cors' }],
      })),
      consumers: Array.from({ length: 400 }, (_, index) => ({ username: `bob-${index}`, keyauth_credentials: [{ key: `key-${index}` }] })),
    }));
    expect(countedBy(expectSuccess(await deck('sync', file)))).toEqual({ created: 2000, updated: 0, deleted: 0 });
    expect(countedBy(expectSuccess(await deck('diff', '--non-zero-exit-code', file)))).toEqual(IDLE);
    expectSuccess(await deck('reset', '--force'));
    expect(await held(node)).toEqual([]);
  });
});
