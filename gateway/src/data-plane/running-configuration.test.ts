import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { pluginInstances } from '../../test/fixtures/plugin-instances.ts';
import { EnvVault } from '../base/env-vault.ts';
import { SILENT } from '../base/log.ts';
import { atOnce } from '../base/steps.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { handOver } from '../model/handover.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { NodeVaults } from '../vaults/node-vaults.ts';
import { ConfigurationSettler } from './configuration-settler.ts';
import { RunningConfiguration } from './running-configuration.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const HASHES = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];

function running(onChange?: (snapshot: Snapshot) => void): RunningConfiguration {
  const vaults = new NodeVaults({ env: new EnvVault({ prefix: 'X' }), clock: new ManualClock(), log: SILENT, onChange: () => undefined });
  return new RunningConfiguration({ schemas: SCHEMAS, handlers: {}, instances: pluginInstances(), vaults, log: SILENT, onChange });
}

function table(paths: readonly unknown[]): ConfigTable {
  const routes: Row[] = paths.map((path, n) => ({ id: uuid(n + 1), paths: [path], protocols: ['http'] }));
  return { _format_version: '3.0', routes } as ConfigTable;
}

async function settled(settler: ConfigurationSettler, paths: readonly unknown[], hash: string): Promise<SettledConfiguration> {
  const result = await settler.settle(table(paths), hash);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.configuration;
}

const pathsOf = ({ compiled }: RunningConfiguration) => compiled?.snapshot.routes.flatMap(({ paths }) => paths);

it('runs what another process has settled, whole and then by its changes', async () => {
  const settler = new ConfigurationSettler(SCHEMAS);
  const worker = running();
  const first = await settled(settler, ['/a', '/b'], HASHES[0]);
  expect(await worker.applySettled(atOnce(handOver(first)))).toEqual({ applied: true });
  expect([worker.hash, pathsOf(worker)]).toEqual([HASHES[0], ['/a', '/b']]);
  const second = await settled(settler, ['/a', '/c'], HASHES[1]);
  expect(await worker.applySettled(atOnce(handOver(second, first)))).toEqual({ applied: true });
  expect([worker.hash, pathsOf(worker)]).toEqual([HASHES[1], ['/a', '/c']]);
});

it('asks for a whole configuration when the changes are those of another one, and goes on with what it has', async () => {
  const settler = new ConfigurationSettler(SCHEMAS);
  const worker = running();
  const [first, second] = [await settled(settler, ['/a'], HASHES[0]), await settled(settler, ['/b'], HASHES[1])];
  await worker.applySettled(atOnce(handOver(first)));
  const result = await worker.applySettled(atOnce(handOver({ ...second, hash: HASHES[2] }, second)));
  expect(result).toMatchObject({ applied: false, isBaseMissing: true });
  expect([worker.hash, pathsOf(worker), worker.refused]).toEqual([HASHES[0], ['/a'], undefined]);
});

it('refuses what leaves no route, and keeps what was set aside in quarantine', async () => {
  const settler = new ConfigurationSettler(SCHEMAS);
  const worker = running();
  await worker.applySettled(atOnce(handOver(await settled(settler, ['/a', 7], HASHES[0]))));
  expect([worker.hash, worker.quarantine.total]).toEqual([HASHES[0], 1]);
  const result = await worker.applySettled(atOnce(handOver(await settled(settler, [7], HASHES[1]))));
  expect(result).toMatchObject({ applied: false, errors: [{ entity: 'routes', field: 'paths.1' }] });
  expect([worker.hash, worker.refused?.hash]).toEqual([HASHES[0], HASHES[1]]);
});

it('goes back to the configuration before when another one cannot be used after all', async () => {
  const used: string[] = [];
  const node = running(({ hash }) => {
    used.push(hash);
    if (hash === HASHES[1]) throw new Error('no balancer');
  });
  await node.apply(table(['/a']), HASHES[0]);
  expect(await node.apply(table(['/b']), HASHES[1])).toEqual({ applied: false, message: 'no balancer', errors: [] });
  expect([node.hash, pathsOf(node), node.refused?.hash, used]).toEqual([HASHES[0], ['/a'], HASHES[1], [HASHES[0], HASHES[1], HASHES[0]]]);
  expect(await node.apply(table(['/c']), HASHES[2])).toEqual({ applied: true });
  expect(pathsOf(node)).toEqual(['/c']);
});

it('keeps what has not changed: rows, entities, and the router where no route has', async () => {
  const node = running();
  await node.apply(table(['/a', '/b', '/c']), HASHES[0]);
  const before = node.compiled!;
  await node.apply({ ...table(['/a', '/b', '/c']), consumers: [{ id: uuid(9), username: 'bob' }] } as unknown as ConfigTable, HASHES[1]);
  expect(node.compiled!.router).toBe(before.router);
  await node.apply(table(['/a', '/x', '/c']), HASHES[2]);
  const [first, second, third] = node.compiled!.snapshot.routes;
  expect([first, third]).toEqual([before.snapshot.routes[0], before.snapshot.routes[2]]);
  expect(first === before.snapshot.routes[0] && third === before.snapshot.routes[2]).toBe(true);
  expect(second!.paths).toEqual(['/x']);
});

it('does not hold the event loop while it applies: between two rounds there is a bounded number of rows', async () => {
  const [node, settler] = [running(), new ConfigurationSettler(SCHEMAS)];
  let read = 0;
  const counted = table(Array.from({ length: 500 }, (_, n) => `/r${n}`));
  for (const row of counted.routes as Row[]) {
    const { paths } = row;
    Object.defineProperty(row, 'paths', {
      enumerable: true, get: () => {
        read += 1;
        return paths;
      },
    });
  }
  const steps = settler.settling(counted, HASHES[0]);
  let [before, most] = [0, 0];
  while (steps.next().done !== true) {
    most = Math.max(most, read - before);
    before = read;
  }
  expect(read).toBeGreaterThanOrEqual(500);
  expect(most).toBeLessThan(20);
  expect(node.hash).toBeUndefined();
});

it('lets a configuration go when another one has followed: they do not hold each other', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const node = running();
  const rows = table(['/a', '/b']);
  const followed: WeakRef<object>[] = [];
  for (const [at, hash] of HASHES.entries()) {
    await node.apply({ ...rows, routes: table([`/${at}`, '/b']).routes }, hash);
    const { compiled } = node;
    followed.push(new WeakRef(compiled!), new WeakRef(compiled!.snapshot), new WeakRef(compiled!.router));
  }
  // What a round of the event loop has looked at through a weak reference stays until the next one.
  await new Promise((resolve) => void setImmediate(resolve));
  collect();
  expect(followed.map((each) => each.deref() !== undefined)).toEqual([...Array<boolean>(6).fill(false), true, true, true]);
});
