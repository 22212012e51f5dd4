/** History, the way back, and writes at the same time, through the command line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import { Source } from '../../gateway/src/declarative/source.ts';
import { countsIn, runCommand, StateFolder, startControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import type { ControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import { diff } from '../commands/diff.ts';
import { history, rollback, show } from '../commands/history.ts';
import { sync } from '../commands/sync.ts';
import { wait } from '../commands/wait.ts';
import { Progress } from '../terminal/progress.ts';
import { planned } from './plan.ts';
import { Overtaken, writeChanges } from './write-changes.ts';

const files = new StateFolder();
const ONE = files.file({ services: [{ name: 'one', host: 'old.test' }] });
const TWO = files.file({
  services: [{ name: 'one', host: 'new.test' }, { name: 'two', host: 'h.test' }],
  consumers: [{ username: 'bob', keyauth_credentials: [{ key: 'a-secret-key' }] }],
});

let node: ControlPlane;
beforeEach(async () => {
  node = await startControlPlane();
});
afterEach(() => node.close());

async function done(command: typeof sync, ...args: readonly string[]) {
  const result = await runCommand(command, ...node.address, ...args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

function revisionIn({ stdout }: { readonly stdout: string }): string {
  return /^Revision: (\d+)$/m.exec(stdout)![1]!;
}

it('lists revisions, shows one without its secrets, and goes back to one', async () => {
  const first = revisionIn(await done(sync, '--author', 'alice', ONE));
  const second = revisionIn(await done(sync, '--comment', 'more of them', TWO));
  const listed = JSON.parse((await done(history, '--json', '--size', '2')).stdout) as object[];
  expect(listed).toMatchObject([
    { revision: Number(second), comment: 'more of them', changes: 4 }, {
      revision: Number(first), author: expect.stringContaining('alice') as string,
    },
  ]);
  expect((await done(history)).stdout).toContain('more of them');
  const { stdout: shown } = await done(show, second);
  expect(shown).toContain('updated services one\n  - host: "old.test"\n  + host: "new.test"\n');
  expect(shown).toContain('created services two\n');
  expect(shown).not.toContain('a-secret-key');
  expect((await done(show, first, '--state')).stdout).toContain('old.test');

  expect(
    (await runCommand(rollback, ...node.address, first, '--expected', first)).stderr,
  ).toContain(`the newest revision is not ${first}: nothing was changed`);
  expect((await done(rollback, first, '--dry-run')).stdout).toContain(`4 changes would restore revision ${first}`);
  expect((await done(rollback, first, '--expected', second)).stdout).toContain(`restores revision ${first}: 4 changes`);
  expect(countsIn(await done(diff, ONE))).toEqual({ created: 0, updated: 0, deleted: 0 });
});

describe('when others write meanwhile', () => {
  it('a plan is refused, and nothing of it is written', async () => {
    const client = new AdminClient({ url: node.address[1]! });
    const options = { deletes: true, skipConsumers: false, skipCaCertificates: false };
    const source = new Source({ _format_version: '3.0', services: [{ name: 'mine', host: 'h.test' }] });
    const plan = await planned(source, client, options, new Progress({ output: { write: () => undefined } }));
    await client.put('services', 'theirs', { host: 'h.test' });
    await expect(writeChanges(client, plan, { isDryRun: false })).rejects.toBeInstanceOf(Overtaken);
    expect(await client.get('services', 'mine')).toBeUndefined();
  });

  it('the changes are worked out again, so that all writers have their part', async () => {
    const tagged = ['a', 'b', 'c', 'd'].map(
      (tag) => files.file({ _info: { select_tags: [tag] }, services: [{ name: `of-${tag}`, host: 'h.test' }] }),
    );
    const all = {
      run: async () => Math.max(...await Promise.all(tagged.map((file) => sync.run([...node.address, '--retries', '10', file])))),
    };
    expect(await runCommand(all)).toMatchObject({ code: 0 });
    for (const file of tagged) expect(countsIn(await done(diff, file))).toEqual({ created: 0, updated: 0, deleted: 0 });
  });
});

it('waits for data planes', async () => {
  await done(sync, ONE);
  expect((await done(wait)).stdout).toMatch(/^0 data planes run revision \d+ or a later one\n$/);
  const late = await runCommand(wait, ...node.address, '--seconds', '0', '--data-planes', '2');
  expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining('0 of 2 data planes are connected') as string });
});

it.each([
  ['a command without its revision', rollback, [], 'expected one revision'],
  ['an option that only decK has', sync, ['--rbac-resources-only'], '--rbac-resources-only is refused: this gateway has no RBAC'],
  ['a connection that is not verified', sync, ['--tls-skip-verify', 'x.yaml'], 'is refused: certificates are always verified'],
  ['a workspace', diff, ['-w', 'other', 'x.yaml'], "--workspace: got 'other', expected default"],
  ['an option that does not exist', diff, ['--colour', 'x.yaml'], 'see hybridge diff --help'],
  ['a file that does not exist', diff, ['/nowhere/x.yaml'], 'cannot read /nowhere/x.yaml'],
  ['an address that is none', history, ['--kong-addr', 'localhost'], "--kong-addr: 'localhost' is not valid"],
  ['a control plane that does not answer', history, ['--kong-addr', 'http://127.0.0.1:1'], 'does not answer'],
])('exits with 1 for %s', async (_, command, args, message) => {
  expect(await runCommand(command, ...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) as string });
});
