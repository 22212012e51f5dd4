/** decK as teams use it: changes of each kind, partial states, tags, files beside files, options; each against two kinds of nodes. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { held } from '../conformance/admin-replay.ts';
import { CHANGES } from '../fixtures/deck/changes.ts';
import { DECK_NODES } from '../fixtures/deck/deck-node.ts';
import type { DeckNode } from '../fixtures/deck/deck-node.ts';
import { DECK, WITHOUT_DECK, countedBy, runDeck } from '../fixtures/deck/deck.ts';
import type { DeckRun } from '../fixtures/deck/deck.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const EVERYTHING = join(import.meta.dirname, '..', 'fixtures', 'deck', 'states', 'everything.yaml');
const IDLE = { created: 0, updated: 0, deleted: 0 };
const START_LIMIT_MS = 60_000;

let folder: string | undefined;
let node: DeckNode;

const deck = (...args: readonly string[]) => runDeck(node.address, 'gateway', ...args);

/** @param content of an object, the version is added */
function stateFile(name: string, content: object | string): string {
  const file = join(folder ??= temporaryFolder('deck'), `${name}.yaml`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify({ _format_version: '3.0', ...content }));
  return file;
}

async function succeeds(...args: readonly string[]): Promise<DeckRun> {
  const run = await deck(...args);
  expect(run.code, run.output).toBe(0);
  return run;
}

const counts = async (...args: readonly string[]) => countedBy(await succeeds(...args));
const dumped = async (...options: readonly string[]) => {
  const file = stateFile('dump', '');
  await succeeds('dump', '--output-file', file, '--yes', ...options);
  return file;
};
/** A dump but for hashes of passwords, which are hashed again when they are written. */
const withoutNew = (file: string) => readFileSync(file, 'utf8').replaceAll(/password"?: "?[0-9a-f]{40}/g, '');
const json = async (path: string) => JSON.parse((await node.send('GET', path)).text) as Record<string, unknown>;

const NODES = DECK_NODES.filter(({ canRun }) => canRun);

describe.skipIf(DECK === undefined).each(NODES)(`decK with $name${WITHOUT_DECK}`, ({ start, hasGroups }) => {
  beforeAll(async () => {
    node = await start();
  }, START_LIMIT_MS);
  afterAll(() => node.close());
  beforeEach(async () => {
    await succeeds('reset', '--force');
    expect(await held(node)).toEqual([]);
  });

  it.each(Object.entries(CHANGES))('%s', async (_, { from, to, counted }) => {
    await succeeds('sync', stateFile('from', from));
    const file = stateFile('to', to);
    expect(await counts('diff', file)).toEqual(counted);
    expect(await counts('sync', file)).toEqual(counted);
    expect(await counts('diff', '--non-zero-exit-code', file)).toEqual(IDLE);
    expect(await counts('diff', '--non-zero-exit-code', await dumped())).toEqual(IDLE);
  });

  it.each([['--with-id'], ['--skip-defaults'], ['--format', 'json'], ['--with-id', '--skip-defaults']])(
    'fills an empty node with what it dumped: %s %s', async (...options) => {
      await succeeds('sync', EVERYTHING);
      const dump = await dumped(...options);
      const before = withoutNew(dump);
      // decK knows no defaults of OAuth 2.0 credentials.
      expect(await counts('diff', dump)).toEqual({ ...IDLE, updated: options.includes('--skip-defaults') ? 1 : 0 });
      await succeeds('reset', '--force');
      await succeeds('sync', dump);
      expect(withoutNew(await dumped(...options))).toBe(before);
    },
  );

  it('applies parts: what they do not name stays', async () => {
    await succeeds('apply', stateFile('services', { services: [{ name: 'svc', host: 'a.test' }], consumers: [{ username: 'bob' }] }));
    await succeeds('apply', stateFile('parts', {
      routes: [{ name: 'rt', paths: ['/a'], service: { name: 'svc' } }],
      plugins: [{ name: 'cors', service: 'svc' }, { name: 'request-size-limiting', consumer: 'bob' }],
    }));
    expect(await held(node)).toHaveLength(5);
    expect(await counts('apply', stateFile('services', { services: [{ name: 'svc', host: 'b.test' }] }))).toEqual({ ...IDLE, updated: 1 });
    expect(await json('/services/svc')).toMatchObject({ host: 'b.test' });
    expect(await held(node)).toHaveLength(5);
  });

  it('reads several files as one state, and values of its environment', async () => {
    process.env.DECK_HOST_OF_TEST = 'env.test';
    const files = [
      stateFile('one', '_format_version: "3.0"\nservices: [{ name: svc, host: ${{ env "DECK_HOST_OF_TEST" }} }]\n'),
      stateFile('two', { routes: [{ name: 'rt', paths: ['/a'], service: { name: 'svc' } }] }),
      stateFile('three', { plugins: [{ name: 'cors', route: 'rt' }] }),
    ];
    expect(await counts('sync', '--parallelism', '1', ...files)).toEqual({ ...IDLE, created: 3 });
    expect(await json('/services/svc')).toMatchObject({ host: 'env.test' });
    expect(await counts('diff', '--non-zero-exit-code', ...files)).toEqual(IDLE);
  });

  it('reports in JSON', async () => {
    const { output } = await succeeds('sync', '--json-output', EVERYTHING);
    const { summary } = JSON.parse(output.slice(output.indexOf('{'))) as { readonly summary: Readonly<Record<string, number>> };
    expect(summary).toMatchObject({ updating: 0, deleting: 0 });
    expect(summary.creating).toBeGreaterThan(15);
  });

  it('leaves consumers alone with --skip-consumers', async () => {
    const consumers = { consumers: [{ username: 'bob', keyauth_credentials: [{ key: 'k' }] }] };
    await succeeds('sync', stateFile('consumers', consumers));
    expect(await counts('sync', '--skip-consumers', stateFile('services', { services: [{ name: 'svc', host: 'a.test' }] })))
      .toEqual({ ...IDLE, created: 1 });
    expect((await node.send('GET', '/consumers/bob/key-auth/k')).status).toBe(200);
    expect(readFileSync(await dumped('--skip-consumers'), 'utf8')).not.toContain('bob');
  });

  it('keeps two teams apart, by the tags that their files name', async () => {
    const files = ['red', 'blue'].map((team) => stateFile(team, {
      _info: { select_tags: [team] },
      services: [{ name: team, host: `${team}.test`, routes: [{ name: team, paths: [`/${team}`] }], plugins: [{ name: 'cors' }] }],
      consumers: [{ username: team, keyauth_credentials: [{ key: team }] }],
      upstreams: [{ name: `${team}.test`, targets: [{ target: '10.0.0.1:80' }] }],
    }));
    for (const file of files) expect(await counts('sync', file)).toEqual({ ...IDLE, created: 7 });
    for (const file of files) expect(await counts('diff', '--non-zero-exit-code', file)).toEqual(IDLE);
    expect(await counts('reset', '--force', '--select-tag', 'red')).toEqual({ ...IDLE, deleted: 7 });
    expect(await counts('diff', '--non-zero-exit-code', files[1]!)).toEqual(IDLE);
    expect(await counts('sync', files[0]!)).toEqual({ ...IDLE, created: 7 });
  });

  it('finds what other teams own by their tags', async () => {
    await succeeds('sync', stateFile('shared', {
      _info: { select_tags: ['shared'] },
      services: [{ name: 'svc', host: 'a.test' }], consumers: [{ username: 'bob' }],
    }));
    const own = stateFile('own', {
      _info: { select_tags: ['own'], default_lookup_tags: { services: ['shared'], consumers: ['shared'] } },
      plugins: [{ name: 'cors', service: 'svc' }, { name: 'request-size-limiting', consumer: 'bob' }],
    });
    expect(await counts('sync', own)).toEqual({ ...IDLE, created: 2 });
    expect(await counts('diff', '--non-zero-exit-code', own)).toEqual(IDLE);
    expect(await counts('reset', '--force', '--select-tag', 'own')).toEqual({ ...IDLE, deleted: 2 });
  });

  it('finds no workspace but the one that there is', async () => {
    const file = stateFile('services', { services: [{ name: 'svc', host: 'a.test' }] });
    expect(await counts('diff', '--workspace', 'other', file)).toEqual({ ...IDLE, created: 1 });
    const { code, output } = await deck('sync', '--workspace', 'other', file);
    expect([code, output]).toEqual([1, expect.stringContaining('HTTP status 404')]);
  });

  it('reports every fault of a state, and writes what has none', async () => {
    const file = stateFile('faults', {
      services: [{ name: 'good', host: 'a.test' }, { name: 'bad', host: 'a b' }],
      upstreams: [{ name: 'up', slots: 5 }], consumers: [{ username: 'bob', acls: [{ group: 'a' }] }],
      plugins: [{ name: 'oauth2', config: { enable_client_credentials: true } }, { name: 'cors', config: { max_age: 'x' } }],
    });
    const { code, output } = await deck('validate', file);
    expect(code).toBe(1);
    for (const fault of ['host: invalid value: a b', 'slots: value should be between 10 and 65536', 'config.max_age: expected a number']) {
      expect(output).toContain(fault);
    }
    expect((await deck('sync', file)).code).toBe(1);
    expect((await node.send('GET', '/services/bad')).status).toBe(404);
    await succeeds('sync', stateFile('repaired', { services: [{ name: 'good', host: 'a.test' }] }));
  });

  // decK asks for it with null, which is not absence: Kong refuses it too.
  it('wants the provision key of oauth2 from the state', async () => {
    const file = stateFile('oauth2', { plugins: [{ name: 'oauth2', config: { enable_client_credentials: true } }] });
    const { code, output } = await deck('sync', file);
    expect([code, output]).toEqual([1, expect.stringContaining('config.provision_key: required field missing')]);
  });

  it.runIf(hasGroups)('moves consumers between groups that have plugins of their own', async () => {
    const limit = { name: 'rate-limiting-advanced', config: { limit: [5], window_size: [30], namespace: 'gold' } };
    const header = { name: 'response-transformer', config: { add: { headers: ['x-group:silver'] } } };
    const state = (groups: readonly string[], limits: number) => ({
      consumer_groups: [
        { name: 'gold', tags: ['a'], plugins: [{ ...limit, config: { ...limit.config, limit: [limits] } }] }, { name: 'silver' },
      ],
      consumers: [{ username: 'bob', groups: groups.map((name) => ({ name })) }],
      plugins: [{ ...header, consumer_group: 'silver' }],
    });
    expect(await counts('sync', stateFile('before', state(['gold', 'silver'], 5)))).toEqual({ ...IDLE, created: 7 });
    const file = stateFile('after', state(['silver'], 6));
    await succeeds('validate', file);
    expect(await counts('sync', file)).toEqual({ ...IDLE, updated: 1, deleted: 1 });
    expect(await counts('diff', '--non-zero-exit-code', file)).toEqual(IDLE);
    expect(await counts('diff', '--non-zero-exit-code', await dumped())).toEqual(IDLE);
  });

  it('takes what decK makes of an OpenAPI document', async () => {
    const document = stateFile('openapi', JSON.stringify({
      'openapi': '3.0.0', 'info': { title: 'Pets', version: '1' },
      'servers': [{ url: 'https://a.test/v1' }, { url: 'https://b.test:8443/v1' }],
      'x-kong-plugin-rate-limiting': { config: { minute: 5, policy: 'local' } }, 'x-kong-upstream-defaults': { slots: 100 },
      'paths': {
        '/pets/{id}': {
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
          get: { 'operationId': 'pet', 'responses': { 200: { description: 'ok' } }, 'x-kong-plugin-cors': { config: { max_age: 5 } } },
          delete: { responses: { 204: { description: 'gone' } }, servers: [{ url: 'http://c.test/' }] },
        },
      },
    }));
    const file = stateFile('made', '');
    const { status, stderr } = spawnSync(
      DECK!, ['file', 'openapi2kong', '--spec', document, '--output-file', file, '--analytics=false'], { encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    await succeeds('validate', file);
    expect(await counts('sync', file)).toMatchObject({ updated: 0, deleted: 0 });
    expect((await held(node)).length).toBeGreaterThan(8);
    expect(await counts('diff', '--non-zero-exit-code', file)).toEqual(IDLE);
    expect(await counts('diff', '--non-zero-exit-code', await dumped('--with-id'))).toEqual(IDLE);
  });
});
