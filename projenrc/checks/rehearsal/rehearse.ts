/**
 * Rehearses the first deployment of a program: proves for every need that its provider is there before the consumer
 * gives up, whatever time each step takes within its range.
 */
import { deploymentOf } from './deployment';
import { RETRY } from './durations';
import type { Finding, Rehearsal } from './finding';
import { functionNeeds } from './needs/functions';
import { balancerNeeds, databaseNeeds, lookNeeds, migrationNeeds, releaseBalancerNeeds, steadyNeeds, tunnelNeeds } from './needs/gateway';
import type { Need, Rule } from './needs/need';
import { networkNeeds } from './needs/network';
import { objectNeeds, podNeeds, releaseNeeds } from './needs/pods';
import { roleNeeds } from './needs/roles';
import { callerNeeds, parameterNeeds, secretNeeds } from './needs/secrets';
import { balancerOwnerNeeds, controllerNeeds, serviceNeeds } from './needs/services';
import type { Timeline } from './timeline';
import type { World } from './world/world';

const RULES: readonly Rule[] = [
  functionNeeds, networkNeeds, roleNeeds, objectNeeds, podNeeds, releaseNeeds, secretNeeds, callerNeeds, parameterNeeds,
  databaseNeeds, migrationNeeds, releaseBalancerNeeds, balancerNeeds, tunnelNeeds, lookNeeds, steadyNeeds,
  serviceNeeds, balancerOwnerNeeds, controllerNeeds,
];

export function rehearseCreation(world: World): Rehearsal {
  const timeline = deploymentOf(world);
  const needs = RULES.flatMap((rule) => rule(world));
  const findings = [
    ...needs.flatMap((need) => wait(timeline, world, need)),
    ...needs.flatMap((need) => judge(timeline, world, need)),
  ];
  return { findings, proved: needs.length - new Set(findings.map(({ need }) => need)).size, timeline };
}

/** Those who wait for something are ready after it. What waits for something that itself comes later never is. */
function wait(timeline: Timeline, world: World, need: Need): readonly Finding[] {
  const { patience, until, providers, range = [0, RETRY] } = need;
  if (patience === 0 || until === undefined) return [];
  return providers
    .filter((provider) => provider !== until && !timeline.arrow(provider, until, range, false))
    .map((provider) => finding(
      world,
      need,
      `${describe(provider, world)} comes after ${describe(until, world)}, which waits for it: neither ever comes`,
    ));
}

function judge(timeline: Timeline, world: World, need: Need): readonly Finding[] {
  const { providers, from, patience, alsoToDelete } = need;
  if (providers.length === 0) return [finding(world, need, 'nothing in the program provides it')];
  const late = providers.flatMap((provider) => {
    const lag = timeline.lag(provider, from);
    if (lag > patience) return [tooLate(world, need, provider, lag)];
    if (alsoToDelete && !timeline.isOrdered(provider, from)) {
      return [finding(world, need, `no dependency keeps ${describe(provider, world)} until ${describe(from, world)} is undone`)];
    }
    return [];
  });
  return late.slice(0, 1);
}

function tooLate(world: World, need: Need, provider: string, lag: number): Finding {
  const { from, patience } = need;
  const bound = patience === 0 ? 'and it does not wait' : `and it waits for ${patience} s at most`;
  const when = Number.isFinite(lag) ? `up to ${lag} s after` : 'any time after';
  return finding(world, need, `${describe(provider, world)} may come ${when} ${describe(from, world)}, ${bound}`);
}

function finding(world: World, need: Need, why: string): Finding {
  const key = need.consumer.split('#')[0]!;
  const resource = world.get(key)!;
  return {
    scenario: 'create',
    rule: need.rule,
    stack: resource.stack,
    id: resource.id,
    path: resource.path,
    what: need.what,
    why,
    fix: need.fix,
    need,
  };
}

/** `Cloud/Db9:complete` as `Cloud/ControlPlane/Database (complete)`. */
export function describe(event: string, world: World): string {
  const cut = event.lastIndexOf(':');
  const [key, object] = event.slice(0, cut).split('#');
  const name = world.get(key!)?.path ?? key!;
  return `${object === undefined ? name : `${object} of ${name}`} (${event.slice(cut + 1)})`;
}
