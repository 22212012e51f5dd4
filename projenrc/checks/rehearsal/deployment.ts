/** The timeline that CloudFormation and CDK give: dependencies, stacks, and what becomes ready later than it is complete. */
import {
  APPLY, ASSOCIATION, BALANCER_NAMED, INSTANCE_BOOT, INSTANCE_START, LOOK, NAME_KNOWN, POD_START, PROBE, TASK_START, durationOf,
} from './durations';
import type { Range } from './durations';
import { events } from './needs/need';
import { BEGIN, Timeline } from './timeline';
import { textAt } from './world/json';
import { CHART, MANIFEST, OBJECT_VALUE } from './world/kubernetes-objects';
import type { Resource } from './world/resources';
import { referred } from './world/tokens';
import type { World } from './world/world';

/** CloudFormation begins a resource once what it depends on is complete. */
const NEXT: Range = [0, 5];

const { start, complete, ready, applied, named, known, asking, workloadReady, workloadRunning } = events;

export function deploymentOf(world: World): Timeline {
  const timeline = new Timeline();
  for (const { name } of world.stacks) {
    timeline.event(`stack ${name}:start`);
    timeline.arrow(`stack ${name}:start`, `stack ${name}:complete`, [0, 0], true);
  }
  for (const { name, after } of world.stacks) {
    for (const other of after) timeline.arrow(`stack ${other}:complete`, `stack ${name}:start`, NEXT, true);
  }
  for (const resource of world.resources) steps(timeline, world, resource);
  for (const resource of world.resources) dependencies(timeline, resource);
  addObjects(timeline, world);
  addDatabases(timeline, world);
  return timeline;
}

function steps(timeline: Timeline, world: World, { key, type, stack, parent }: Resource): void {
  const from = parent ? start(parent) : `stack ${stack}:start`;
  const end = parent ? complete(parent) : `stack ${stack}:complete`;
  timeline.arrow(BEGIN, from, [0, 0], false);
  timeline.arrow(from, start(key), NEXT, true);
  const isNestedStack = world.resources.some((other) => other.parent === key);
  timeline.arrow(start(key), complete(key), isNestedStack ? [1, 30] : stepOf(type), true);
  timeline.arrow(complete(key), end, [0, 0], true);
  timeline.arrow(complete(key), ready(key), [0, 0], false);
}

/** Apart from what the workload itself takes, which is added where its readiness counts. */
function stepOf(type: string): Range {
  if (type === MANIFEST || type === CHART) return APPLY;
  if (type === OBJECT_VALUE) return LOOK;
  return durationOf(type);
}

function dependencies(timeline: Timeline, { key, dependencies: keys }: Resource): void {
  for (const dependency of keys) timeline.arrow(complete(dependency), start(key), NEXT, true);
}

/** kubectl applies objects one after the other; what they make comes up later. */
function addObjects(timeline: Timeline, world: World): void {
  const last = new Map<string, string>();
  for (const { key, resource } of world.objects) {
    const before = last.get(resource.key);
    timeline.arrow(start(resource.key), applied(key), [before ? 0 : APPLY[0], APPLY[1]], true);
    if (before) timeline.arrow(applied(before), applied(key), [0, 5], true);
    timeline.arrow(applied(key), complete(resource.key), [0, 5], true);
    last.set(resource.key, key);
  }
  for (const object of world.objects) {
    if (object.kind !== 'Service') continue;
    timeline.arrow(
      applied(object.key),
      named(object.key),
      textAt(object.body, 'spec', 'type') === 'LoadBalancer' ? BALANCER_NAMED : [0, 0],
      false,
    );
  }
  for (const { key, kind } of world.workloads) {
    if (kind === 'release') timeline.arrow(start(key), applied(key), [5, 30], true);
    const began = kind === 'tasks' || kind === 'instances' ? start(key) : applied(key);
    if (kind === 'instances') {
      timeline.arrow(began, asking(key), INSTANCE_BOOT, false);
      timeline.arrow(asking(key), workloadRunning(key), INSTANCE_START, false);
    } else {
      timeline.arrow(began, workloadRunning(key), kind === 'tasks' ? TASK_START : POD_START, false);
    }
    timeline.arrow(workloadRunning(key), workloadReady(key), PROBE, false);
  }
  for (const { key } of world.ofType('AWS::EKS::PodIdentityAssociation')) timeline.arrow(complete(key), known(key), ASSOCIATION, false);
  for (const { key } of world.ofType('AWS::Route53::RecordSet')) timeline.arrow(complete(key), known(key), NAME_KNOWN, false);
}

/** The endpoint of a cluster answers once one of its instances does. */
function addDatabases(timeline: Timeline, world: World): void {
  for (const cluster of world.ofType('AWS::RDS::DBCluster')) {
    const instances = world.ofType('AWS::RDS::DBInstance')
      .filter(({ properties }) => referred(properties.DBClusterIdentifier) === cluster.key)
      .map(({ key }) => key);
    const first = instances.find((key) => instances.every((other) => key === other || timeline.precedes(complete(key), complete(other))));
    for (const key of first ? [first] : instances) timeline.arrow(complete(key), ready(cluster.key), [0, 0], false);
  }
}

