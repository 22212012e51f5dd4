/** Database, migrations, control plane, data planes: who waits for whom, and for how long. */
import { BALANCER_ACTIVE, BALANCER_NAMED, TARGET_HEALTHY } from '../durations';
import { listAt, numberAt, objectAt, textAt, textsIn } from '../world/json';
import { matches, OBJECT_VALUE, clusterOf } from '../world/kubernetes-objects';
import type { KubernetesObject, Release } from '../world/kubernetes-objects';
import type { Resource } from '../world/resources';
import { mentionsIn } from '../world/tokens';
import { keysIn } from '../world/workloads';
import type { Workload } from '../world/workloads';
import type { World } from '../world/world';
import { groupsOf } from './functions';
import { events } from './need';
import type { Need } from './need';

const CONTROL_PLANE = 'KONG_CLUSTER_CONTROL_PLANE';
const DATABASE = 'KONG_PG_HOST';

export function databaseNeeds(world: World): readonly Need[] {
  return world.workloads.flatMap((workload): readonly Need[] => {
    const host = workload.settings.get(DATABASE);
    const databases = world.mentioned(host ?? '').filter(({ type }) => type.startsWith('AWS::RDS::'));
    if (databases.length === 0) return [];
    const clusterGroup = `«${workload.cluster}|ClusterSecurityGroupId»`;
    const doors = databases.flatMap((database) => groupsOf(database));
    const rules = world.ofType('AWS::EC2::SecurityGroupIngress')
      .filter(({ properties }) => doors.includes(textAt(properties, 'GroupId') ?? ''));
    const own = rules.filter(({ properties }) => textAt(properties, 'SourceSecurityGroupId') === clusterGroup);
    const common = {
      consumer: workload.key,
      from: beginning(workload),
      patience: 0,
      fix: 'let the workload depend on the database and its connections',
    };
    return [
      ...databases.map(({ key, path }) => ({
        ...common, rule: 'database-before-clients', what: `the database ${path}`, providers: [events.ready(key)],
      })),
      ...workload.cluster !== undefined && world.get(workload.cluster) && doors.length > 0
        ? [{
          ...common, rule: 'door-to-database', what: 'a rule that lets its cluster in to the database',
          providers: (own.length > 0 ? own : rules).map(({ key }) => events.complete(key)),
        }]
        : [],
    ];
  });
}

/** Migrations of a control plane are done before its nodes start. */
export function migrationNeeds(world: World): readonly Need[] {
  const jobs = world.workloads.filter(({ kind, settings }) => kind === 'job' && settings.has(DATABASE));
  return world.workloads
    .filter(({ kind, settings }) => kind !== 'job' && settings.has(DATABASE))
    .flatMap((plane) =>
      jobs.filter(({ cluster, namespace }) => cluster === plane.cluster && namespace === plane.namespace).map((job) => ({
        rule: 'migrations-before-planes', consumer: plane.key, what: `the finished Job ${job.object!.name}`, from: beginning(plane),
        providers: [events.workloadReady(job.key)], patience: 0,
        fix: 'wait for the Job (KubernetesObjectValue of .status.succeeded) before the plane is applied',
      })));
}

/** Data planes have nothing to serve until a control plane answers in the tunnel. */
export function tunnelNeeds(world: World): readonly Need[] {
  return world.workloads.flatMap((workload): readonly Need[] => {
    const address = workload.settings.get(CONTROL_PLANE);
    if (address === undefined) return [];
    const serving = servingEvents(world, address);
    if (serving.length === 0) return [];
    return [{
      rule: 'control-plane-before-planes',
      consumer: workload.key,
      what: 'a control plane that serves at its address',
      from: workload.kind === 'instances' ? events.asking(workload.key) : beginning(workload),
      providers: serving,
      patience: patienceOf(world, workload),
      until: events.workloadReady(workload.key),
      fix: 'start the data plane after a wait for ready pods behind the load balancer, or let it wait longer',
    }];
  });
}

/** Events at which what is behind a host name answers; none: another party runs it. */
export function servingEvents(world: World, address: string): readonly string[] {
  const read = mentionsIn(address).map(({ key }) => key).filter((key) => world.get(key)?.type === OBJECT_VALUE);
  const records = world.ofType('AWS::Route53::RecordSet')
    .filter(({ properties }) => address.startsWith(textAt(properties, 'Name')?.replace(/\.$/, '') ?? '\n'));
  return [
    ...read.flatMap((key) => servicesOf(world, key)).map(({ key }) => events.ready(key)),
    ...read.flatMap((key) => releaseOf(world, world.get(key)!) ?? []).map(({ resource }) => events.serving(resource.key)),
    ...records.flatMap((record) => [
      events.known(record.key),
      ...servingEvents(world, textsIn(record.properties).filter((text) => text.includes('«')).join(' ')),
    ]),
  ];
}

/** Services whose host name a custom resource reads. */
function servicesOf(world: World, key: string): readonly KubernetesObject[] {
  const { properties } = world.get(key)!;
  if (textAt(properties, 'ObjectType')?.toLowerCase() !== 'service') return [];
  return world.objects.filter(({ kind, name, cluster }) =>
    kind === 'Service' && name === textAt(properties, 'ObjectName') && cluster === clusterOf(properties.ClusterName));
}

/** How long it goes on without a control plane, until a deployment fails. */
function patienceOf(world: World, { kind, resource, settings, description }: Workload): number {
  if (kind === 'tasks') return taskPatience(world, resource);
  if (kind === 'instances') return Number(/timeout (\d+) bash -c 'until curl/.exec(textAt(description, 'script') ?? '')?.[1] ?? Infinity);
  // Pods wait; what waits for them is judged by itself.
  return settings.size > 0 ? Infinity : 0;
}

/**
 * ECS stops a task whose target is unhealthy after the grace period. The circuit breaker ends the deployment after half
 * of the desired count, at least three, has failed; tasks fail together.
 */
function taskPatience(world: World, service: Workload['resource']): number {
  const { properties } = service;
  if (listAt(properties, 'LoadBalancers').length === 0) return Infinity;
  if (textAt(properties, 'DeploymentConfiguration', 'DeploymentCircuitBreaker', 'Enable') !== 'true') return 3 * 3600;
  const desired = numberAt(properties, 'DesiredCount') ?? 1;
  const groups = keysIn(listAt(properties, 'LoadBalancers').map((entry) => objectAt({ entry }, 'entry').TargetGroupArn ?? ''));
  const untilUnhealthy = Math.min(...groups.map((key) => {
    const target = world.get(key)?.properties;
    return (numberAt(target, 'HealthCheckIntervalSeconds') ?? 30) * (numberAt(target, 'UnhealthyThresholdCount') ?? 2);
  }));
  const rounds = Math.ceil(Math.max(3, Math.ceil(desired / 2)) / desired);
  return rounds * ((numberAt(properties, 'HealthCheckGracePeriodSeconds') ?? 0) + untilUnhealthy);
}

/** The release that made what a custom resource reads: charts name objects after their release. */
function releaseOf(world: World, { properties }: Resource): Release | undefined {
  return world.releases.find(({ cluster, namespace, name, values }) =>
    cluster === clusterOf(properties.ClusterName) && namespace === textAt(properties, 'ObjectNamespace')
    && textAt(properties, 'ObjectName')?.startsWith(textAt(values, 'fullnameOverride') ?? name));
}

/** Load balancers of a release: named after it is installed, serving once its pods are healthy targets. */
export function releaseBalancerNeeds(world: World): readonly Need[] {
  return world.releases.flatMap(({ resource: { key } }) => {
    const common = {
      rule: 'pods-behind-service', consumer: key, what: 'pods that are ready', from: events.applied(key), patience: Infinity,
      fix: 'let the selector match pods',
    };
    return [
      { ...common, providers: [events.applied(key)], until: events.named(key), range: BALANCER_NAMED },
      { ...common, providers: [events.named(key)], until: events.serving(key), range: BALANCER_ACTIVE },
      { ...common, providers: [events.workloadReady(key)], until: events.serving(key), range: TARGET_HEALTHY },
    ];
  });
}

/** Arrows of Services: when they have a name, and when they serve. */
export function balancerNeeds(world: World): readonly Need[] {
  return world.objects.filter(({ kind }) => kind === 'Service').flatMap((service) => {
    const selector = objectAt(service.body, 'spec', 'selector');
    const behind = world.workloads.filter(({ kind, cluster, namespace, labels }) =>
      kind === 'pods' && cluster === service.cluster && namespace === service.namespace && matches(selector, labels));
    const isBalanced = textAt(service.body, 'spec', 'type') === 'LoadBalancer';
    const common = {
      rule: 'pods-behind-service', consumer: service.key, what: 'pods that are ready', from: events.applied(service.key),
      patience: Infinity, until: events.ready(service.key), fix: 'let the selector match pods',
    };
    return [
      { ...common, providers: [events.named(service.key)], range: isBalanced ? BALANCER_ACTIVE : [0, 0] as const },
      // Kong's chart brings pods for Services of ours: those are named by its values.
      ...behind.length > 0 || isBalanced
        ? [{
          ...common,
          providers: behind.map(({ key }) => events.workloadReady(key)),
          range: isBalanced ? TARGET_HEALTHY : [0, 5] as const,
        }]
        : [],
    ];
  });
}

/** A custom resource that reads a field of an object waits until it is there. */
export function lookNeeds(world: World): readonly Need[] {
  return world.ofType(OBJECT_VALUE).map((resource): Need => {
    const { key, properties } = resource;
    const path = textAt(properties, 'JsonPath') ?? '';
    const kind = textAt(properties, 'ObjectType')?.toLowerCase() ?? '';
    const object = world.objects.find((other) => isLookedAt(other, resource));
    const release = object ? undefined : releaseOf(world, resource);
    const provider = object ? eventOf(object, path) : release && eventOfRelease(release, kind, path);
    return {
      rule: 'wait-covers',
      consumer: key,
      what: `${path} of ${kind} ${textAt(properties, 'ObjectNamespace')}/${textAt(properties, 'ObjectName')}`,
      from: events.start(key),
      providers: provider ? [provider] : [],
      patience: numberAt(properties, 'TimeoutSeconds') ?? 300,
      until: events.complete(key),
      fix: 'wait when what the object needs is there, or longer: a function runs for at most 900 seconds',
    };
  });
}

function isLookedAt({ kind, name, namespace, cluster }: KubernetesObject, { properties }: Resource): boolean {
  const asked = textAt(properties, 'ObjectType')?.toLowerCase().replace(/\..*/, '');
  return (asked === kind.toLowerCase() || asked === `${kind.toLowerCase()}s`) && name === textAt(properties, 'ObjectName')
    && namespace === (textAt(properties, 'ObjectNamespace') ?? 'default') && cluster === clusterOf(properties.ClusterName);
}

function eventOf({ kind, key }: KubernetesObject, path: string): string {
  if (kind === 'Service') return path.includes('loadBalancer') ? events.named(key) : events.applied(key);
  if (kind === 'Job' || /ready|available|condition/i.test(path)) return events.workloadReady(key);
  return events.applied(key);
}

function eventOfRelease({ resource: { key } }: Release, kind: string, path: string): string {
  if (kind === 'service') return path.includes('loadBalancer') ? events.named(key) : events.applied(key);
  return /ready|available|condition|succeeded/i.test(path) ? events.workloadReady(key) : events.applied(key);
}

/** Tasks and instances count as complete when they serve. */
export function steadyNeeds(world: World): readonly Need[] {
  return world.workloads.flatMap(({ key, kind, resource }): readonly Need[] => {
    if (kind !== 'tasks' && kind !== 'instances') return [];
    const timeout = textAt(resource.creationPolicy, 'ResourceSignal', 'Timeout');
    const [, hours = '0', minutes = '0', seconds = '0'] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(timeout ?? '') ?? [];
    if (kind === 'instances' && timeout === undefined) return [];
    return [{
      rule: 'steady-in-time',
      consumer: key,
      what: kind === 'tasks' ? 'tasks that stay healthy' : 'signals of instances whose node is ready',
      from: events.start(key), providers: [events.workloadReady(key)],
      patience: kind === 'tasks' ? 3 * 3600 : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
      until: events.complete(key), fix: 'raise the time in which it has to come up, or start it later',
    }];
  });
}

function beginning({ key, kind }: Workload): string {
  if (kind === 'tasks' || kind === 'instances') return events.start(key);
  return events.applied(key);
}

