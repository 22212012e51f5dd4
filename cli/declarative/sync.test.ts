/** State files against a control plane: what a file says is what the control plane has, and nothing more is to be done afterwards. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StateFolder, countsIn, runCommand, startControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import type { ControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import { CHANGES } from '../../gateway/test/fixtures/deck/changes.ts';
import { diff } from '../commands/diff.ts';
import { apply, sync } from '../commands/sync.ts';

const files = new StateFolder();
const IDLE = { created: 0, updated: 0, deleted: 0 };

let node: ControlPlane;

async function done(command: typeof sync, ...args: readonly string[]) {
  const result = await runCommand(command, ...node.address, ...args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function entity(path: string): Promise<unknown> {
  return JSON.parse((await node.send('GET', path)).text);
}

describe('from one state to another', () => {
  beforeEach(async () => {
    node = await startControlPlane();
  });
  afterEach(() => node.close());

  it.each(Object.entries(CHANGES))('%s', async (_, { from, to, counted }) => {
    const [first, second] = [files.file(from), files.file(to)];
    await done(sync, first);
    expect(countsIn(await done(diff, first))).toEqual(IDLE);
    expect(countsIn(await done(sync, second))).toEqual(counted);
    expect(countsIn(await done(sync, second))).toEqual(IDLE);
    await done(sync, first);
    expect(countsIn(await done(diff, '--non-zero-exit-code', first))).toEqual(IDLE);
    await done(sync, files.file({}));
    expect(await entity('/services')).toMatchObject({ data: [] });
  });
});

describe('a control plane', () => {
  beforeAll(async () => {
    node = await startControlPlane();
  });
  afterAll(() => node.close());
  afterEach(() => done(sync, files.file({})));

  const names = async (collection: string) => {
    const { data } = await entity(`/${collection}`) as { readonly data: readonly { readonly name: string }[] };
    return data.map(({ name }) => name).sort();
  };

  it('loses only entities with the select tags of a file', async () => {
    await done(sync, files.file({ services: [{ name: 'theirs', host: 'h.test', tags: ['b'] }] }));
    const tagged = { _info: { select_tags: ['a'] } };
    await done(sync, files.file({ ...tagged, services: [{ name: 'one', host: 'h.test' }, { name: 'two', host: 'h.test', tags: ['c'] }] }));
    expect(await names('services')).toEqual(['one', 'theirs', 'two']);
    expect(await entity('/services/two')).toMatchObject({ tags: ['c', 'a'] });
    const last = files.file({ ...tagged, services: [{ name: 'two', host: 'h.test', tags: ['c'] }] });
    expect(countsIn(await done(sync, last))).toEqual({ created: 0, updated: 0, deleted: 1 });
    expect(await names('services')).toEqual(['theirs', 'two']);
  });

  it('has no new revision where a file says what it has already', async () => {
    const services = [{ name: 'one', host: 'h.test', routes: [{ name: 'r', paths: ['/a'] }] }];
    const file = files.file({ services, consumers: [{ username: 'c' }] });
    const newest = async () => JSON.stringify((await entity('/revisions?size=1') as { readonly data: unknown }).data);
    await done(sync, file);
    const revision = await newest();
    await done(sync, file);
    await done(apply, file);
    expect(await newest()).toBe(revision);
  });

  it('takes the select tags of the command line in place of those of the file', async () => {
    const file = files.file({ _info: { select_tags: ['a'] }, services: [{ name: 'one', host: 'h.test' }] });
    await done(sync, '--select-tag', 'x', '--select-tag', 'y', file);
    expect(await entity('/services/one')).toMatchObject({ tags: ['x', 'y'] });
  });

  it('does not change what others own: a name that they have is refused, and nothing is written', async () => {
    await done(sync, files.file({ services: [{ name: 'theirs', host: 'old.test', tags: ['b'] }] }));
    const file = files.file(
      '_format_version: "3.0"\n_info: {select_tags: [a]}\nservices:\n- {name: mine, host: h.test}\n- {name: theirs, host: h.test}\n',
    );
    const result = await runCommand(sync, ...node.address, file);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(`${file}:5: services[1]: the control plane refuses to create the service theirs: UNIQUE violation`);
    expect(result.stderr).toContain('nothing was written');
    expect(await names('services')).toEqual(['theirs']);
    await done(sync, files.file({}));
  });

  it('lets a file refer to what it does not contain, by lookup tags', async () => {
    await done(sync, files.file({ services: [{ name: 'shared', host: 'h.test', tags: ['global'] }] }));
    const file = files.file({
      _info: { select_tags: ['a'], default_lookup_tags: { services: ['global'] } },
      routes: [{ name: 'mine', paths: ['/a'], service: { name: 'shared' } }], plugins: [{ name: 'cors', service: 'shared' }],
    });
    expect(countsIn(await done(sync, file))).toEqual({ created: 2, updated: 0, deleted: 0 });
    expect(countsIn(await done(diff, file))).toEqual(IDLE);
    await done(sync, files.file({ _info: { select_tags: ['a'] } }));
    expect(await names('services')).toEqual(['shared']);
  });

  it('keeps everything that a file does not have when it is applied', async () => {
    await done(sync, files.file({ services: [{ name: 'one', host: 'h.test' }] }));
    expect(
      countsIn(await done(apply, files.file({ services: [{ name: 'two', host: 'h.test' }] }))),
    ).toEqual({ created: 1, updated: 0, deleted: 0 });
    expect(await names('services')).toEqual(['one', 'two']);
  });

  it('keeps consumers and their plugins with --skip-consumers', async () => {
    const consumer = {
      username: 'bob', keyauth_credentials: [{ key: 'k-1' }], plugins: [{ name: 'rate-limiting', config: { minute: 1 } }],
    };
    await done(sync, files.file({ consumers: [consumer], services: [{ name: 'one', host: 'h.test' }] }));
    expect(countsIn(await done(sync, '--skip-consumers', files.file({})))).toEqual({ created: 0, updated: 0, deleted: 1 });
    expect(countsIn(await done(diff, files.file({ consumers: [consumer] })))).toEqual(IDLE);
  });

  it('swaps names, and moves them from one entity to another', async () => {
    const [one, two] = ['3b1f9a52-6c1e-4d0a-9d55-0c7a5e21f301', '3b1f9a52-6c1e-4d0a-9d55-0c7a5e21f302'];
    const state = (first: string, second: string, route: string) => files.file({
      services: [{ id: one, name: first, host: 'h.test' }, { id: two, name: second, host: 'h.test' }],
      routes: [{ name: 'rt', paths: ['/a'], service: { name: route } }],
    });
    await done(sync, state('a', 'b', 'a'));
    const swapped = state('b', 'a', 'a');
    expect(countsIn(await done(sync, swapped))).toEqual({ created: 0, updated: 3, deleted: 0 });
    expect(countsIn(await done(diff, swapped))).toEqual(IDLE);
    const replaced = files.file(
      { services: [{ name: 'a', id: '3b1f9a52-6c1e-4d0a-9d55-0c7a5e21f303', host: 'h.test', routes: [{ name: 'rt', paths: ['/a'] }] }] },
    );
    expect(countsIn(await done(sync, replaced))).toEqual({ created: 1, updated: 1, deleted: 2 });
    expect(countsIn(await done(diff, replaced))).toEqual(IDLE);
  });

  it('writes nothing in a dry run, which it checks', async () => {
    const file = files.file({ services: [{ name: 'one', host: 'h.test' }] });
    expect(countsIn(await done(sync, '--dry-run', file))).toEqual({ created: 1, updated: 0, deleted: 0 });
    expect(await names('services')).toEqual([]);
  });

  it('exits with 2 for differences, on demand', async () => {
    const file = files.file({ services: [{ name: 'one', host: 'h.test' }] });
    expect((await runCommand(diff, ...node.address, file)).code).toBe(0);
    expect((await runCommand(diff, ...node.address, '--non-zero-exit-code', file)).code).toBe(2);
  });

  it('gets the value of a variable, which is not printed', async () => {
    process.env.DECK_SECRET = 'correct horse';
    const file = files.file('_format_version: "3.0"\nservices:\n- name: one\n  host: h.test\n  tags: ["${{ env "DECK_SECRET" }}"]\n');
    await done(sync, files.file({ services: [{ name: 'one', host: 'h.test' }] }));
    const { stdout } = await done(sync, file);
    delete process.env.DECK_SECRET;
    expect(stdout).toContain('updating service one\n  + tags: ["[hidden]"]\n');
    expect(await entity('/services/one')).toMatchObject({ tags: ['correct horse'] });
  });

  it('hides secrets in what is printed, and says that they change', async () => {
    const state = (secret: string) => files.file({
      consumers: [{ username: 'bob', keyauth_credentials: [{ key: secret }], hmacauth_credentials: [{ username: 'h', secret }] }],
      plugins: [{ name: 'rate-limiting', config: { minute: 1, policy: 'redis', redis: { host: 'r.test', password: secret } } }],
    });
    const first = await done(sync, state('first-secret'));
    const second = await done(sync, state('second-secret'));
    const json = await done(sync, '--json', state('third-secret'));
    for (const { stdout } of [first, second, json]) expect(stdout).not.toMatch(/(first|second|third)-secret/);
    expect(second.stdout).toContain(
      'updating plugin rate-limiting\n  - config.redis.password: [hidden]\n  + config.redis.password: [hidden]\n',
    );
    expect(JSON.parse(json.stdout)).toMatchObject({ summary: { creating: 1, updating: 2, deleting: 1, total: 4 }, errors: [] });
  });
});
