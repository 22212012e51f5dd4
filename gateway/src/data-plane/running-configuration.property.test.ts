/** Applying a configuration after another one is applying it alone, whatever they share. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { vaultsOf } from '../../test/fixtures/node-vaults.ts';
import { pluginInstances } from '../../test/fixtures/plugin-instances.ts';
import { randomChange } from '../../test/fixtures/random-tables.ts';
import { SILENT } from '../base/log.ts';
import { ROUTER_FLAVORS } from '../base/router-flavor.ts';
import type { RouterFlavor } from '../base/router-flavor.ts';
import { atOnce } from '../base/steps.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { coreEntities } from '../model/entities/core.ts';
import { handOver } from '../model/handover.ts';
import { schemasByName } from '../model/schema/entity-schema.ts';
import { keyAuthCredential } from '../plugins/key-auth/entities.ts';
import { PLUGIN_SCHEMAS } from '../plugins/schemas.ts';
import type { CompiledConfiguration, Handlers } from './compiled-configuration.ts';
import { ConfigurationSettler } from './configuration-settler.ts';
import type { Plan } from './plans.ts';
import { identityOf } from './plugin-instances.ts';
import type { RouterInput } from './router/router-input.ts';
import { RunningConfiguration } from './running-configuration.ts';

const HANDLERS: Handlers = Object.fromEntries(['key-auth', 'request-termination', 'correlation-id'].map((name, at) => [
  name, { name, priority: 1_000 - at, prepare: () => ({ access: () => undefined }) },
])) as unknown as Handlers;

const REQUESTS: readonly RouterInput[] = ['a.test', 'b.test', 'x.test', ''].flatMap((host) => (
  ['/', '/a', '/a/12', '/a/b', '/long/er', '/zz/b'].flatMap((path) => (['GET', 'POST'] as const).map((method): RouterInput => ({
    method, host, path, port: 80, scheme: path === '/a' ? 'https' : 'http', search: '',
    ends: { sourceIp: '10.0.0.1', sourcePort: 1, destinationIp: '10.0.0.2' },
    headerValues: (name) => (name === 'x-one' ? ['1'] : name === 'x-two' && method === 'GET' ? ['abc'] : []),
  })))));

const schemasOf = (routerFlavor: RouterFlavor) => schemasByName([...coreEntities(PLUGIN_SCHEMAS, { routerFlavor }), keyAuthCredential]);

function running(routerFlavor: RouterFlavor): RunningConfiguration {
  return new RunningConfiguration({
    schemas: schemasOf(routerFlavor), handlers: HANDLERS, instances: pluginInstances(), routerFlavor, log: SILENT,
    vaults: vaultsOf({ FIRST: 'first-secret', SECOND: 'plain-key' }),
  });
}

/** Everything that requests can see of a configuration. */
function seen({ compiled, quarantine, hash }: RunningConfiguration): unknown {
  if (compiled === undefined) return { quarantine, hash };
  const { snapshot, router, planOf, globalPlan } = compiled;
  const entries = (map: ReadonlyMap<string, unknown>) => Object.fromEntries(map);
  return {
    quarantine, hash,
    routes: snapshot.routes, plugins: snapshot.plugins,
    consumers: [snapshot.consumers.byId, snapshot.consumers.byUsername, snapshot.consumers.byCustomId].map(entries),
    credentials: entries(new Map([...snapshot.credentials].map(([name, byKey]) => [name, entries(byKey)]))),
    entities: ['targets', 'upstreams', 'services'].map((name) => snapshot.entities(name)),
    found: REQUESTS.map((request) => {
      const match = router.find(request);
      return match && { ...match, route: match.route.id };
    }),
    plans: (['http', 'https', 'stream'] as const).map((scheme) => [
      shownPlan(globalPlan(scheme)), ...snapshot.routes.map((route) => shownPlan(planOf(route, scheme))),
    ]),
    flags: flagsOf(compiled),
  };
}

function flagsOf({ wantsTimelines, wantsLogLines, failed }: CompiledConfiguration): unknown {
  return { wantsTimelines, wantsLogLines, failed };
}

function shownPlan(plan: Plan): unknown {
  const idOf = (phases: Parameters<typeof identityOf>[0] | undefined) => phases && (identityOf(phases)?.id ?? 'held back');
  return plan.map(({ name, general, ofConsumers }) => ({
    name, general: idOf(general),
    ofConsumers: ofConsumers.map(({ isOfGroups, byId }) => [isOfGroups, [...byId].map(([id, phases]) => [id, idOf(phases)])]),
  }));
}

const HASHES = ['a', 'b'].map((letter) => letter.repeat(32)) as [string, string];

describe.each(ROUTER_FLAVORS)('a configuration that follows another one, with the flavor %s', (flavor) => {
  const changes = randomChange(flavor === 'expressions');
  const copy = (table: ConfigTable): ConfigTable => structuredClone(table);

  it('serves what it serves alone, forth and back', async () => {
    await fc.assert(fc.asyncProperty(changes, async ([before, after]) => {
      const node = running(flavor);
      const first = await node.apply(copy(before), HASHES[0]);
      for (const [table, hash] of [[after, HASHES[1]], [before, HASHES[0]]] as const) {
        const alone = running(flavor);
        const expected = await alone.apply(copy(table), hash);
        const was = seen(node);
        expect(await node.apply(copy(table), hash)).toEqual(expected);
        expect(seen(node)).toEqual(expected.applied ? seen(alone) : was);
      }
      expect(await node.apply(copy(before), HASHES[0])).toEqual(first);
    }), { numRuns: 30 });
  });

  it('serves the same when its changes are handed over as text', async () => {
    await fc.assert(fc.asyncProperty(changes, async ([before, after]) => {
      const settler = new ConfigurationSettler(schemasOf(flavor));
      const [one, other] = [await settler.settle(copy(before), HASHES[0]), await settler.settle(copy(after), HASHES[1])];
      if (!one.ok || !other.ok) throw new Error('a table is not settled');
      const worker = running(flavor);
      const first = await worker.applySettled(atOnce(handOver(one.configuration)));
      fc.pre(first.applied);
      const alone = running(flavor);
      const expected = await alone.apply(copy(after), HASHES[1]);
      expect(await worker.applySettled(atOnce(handOver(other.configuration, one.configuration)))).toEqual(expected);
      if (expected.applied) expect(seen(worker)).toEqual(seen(alone));
    }), { numRuns: 20 });
  });
});
