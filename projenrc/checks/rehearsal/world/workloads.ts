/** What runs the gateway, or anything else in containers, on whichever service: pods, Helm releases, ECS services, instances. */
import { listAt, objectAt, textAt, textsIn } from './json';
import type { Json, JsonObject } from './json';
import { environmentOf, podTemplateOf } from './kubernetes-objects';
import type { KubernetesObject, Release } from './kubernetes-objects';
import type { Resource } from './resources';
import { mentionsIn } from './tokens';

export type WorkloadKind = 'pods' | 'job' | 'release' | 'tasks' | 'instances';

export interface Workload {
  /** Event prefix: key of the object or of the resource. */
  readonly key: string;
  readonly kind: WorkloadKind;
  readonly resource: Resource;
  /** KONG_* and other settings that it gets. */
  readonly settings: ReadonlyMap<string, string>;
  /** Everything that describes it, with tokens: definition of a task, script of an instance, object, values. */
  readonly description: Json;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly labels: JsonObject;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** Keys of roles that it acts as, apart from those that a cluster gives to service accounts. */
  readonly roles: readonly string[];
  readonly object?: KubernetesObject;
  readonly release?: Release;
}

export function workloadsOf(
  resources: readonly Resource[],
  objects: readonly KubernetesObject[],
  releases: readonly Release[],
): readonly Workload[] {
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  return [
    ...objects.flatMap((object) => podWorkload(object)),
    ...releases.map((release) => releaseWorkload(release)),
    ...resources.filter(({ type }) => type === 'AWS::ECS::Service').map((service) => taskWorkload(service, byKey)),
    ...resources.filter(({ type }) => type === 'AWS::AutoScaling::AutoScalingGroup').map((group) => instanceWorkload(group, byKey)),
  ];
}

/** Keys that a list of properties refers to. */
export function keysIn(value: Json | undefined): readonly string[] {
  return [...new Set(mentionsIn(value).map(({ key }) => key))];
}

function podWorkload(object: KubernetesObject): readonly Workload[] {
  const template = podTemplateOf(object);
  if (!template) return [];
  return [{
    key: object.key,
    kind: object.kind === 'Job' ? 'job' : 'pods',
    resource: object.resource,
    settings: environmentOf(template),
    description: object.body,
    cluster: object.cluster,
    namespace: object.namespace,
    serviceAccount: textAt(template, 'spec', 'serviceAccountName') ?? 'default',
    labels: objectAt(template, 'metadata', 'labels'),
    subnets: [],
    securityGroups: [],
    roles: [],
    object,
  }];
}

/** Kong's chart takes settings as `env`, without the prefix. */
function releaseWorkload(release: Release): Workload {
  const { values, namespace, name } = release;
  const env = Object.entries(objectAt(values, 'env')).map(([key, value]) => [`KONG_${key.toUpperCase()}`, String(value)] as const);
  const account = textAt(values, 'serviceAccount', 'name') ?? textAt(values, 'deployment', 'serviceAccount', 'name');
  return {
    key: release.resource.key,
    kind: 'release',
    resource: release.resource,
    settings: new Map(release.chart.endsWith('kong') ? env : []),
    description: values,
    cluster: release.cluster,
    namespace,
    serviceAccount: account ?? name,
    labels: {},
    subnets: [],
    securityGroups: [],
    roles: [],
    release,
  };
}

function taskWorkload(service: Resource, byKey: ReadonlyMap<string, Resource>): Workload {
  const definition = keysIn(service.properties.TaskDefinition).map((key) => byKey.get(key))[0];
  const containers = listAt(definition?.properties, 'ContainerDefinitions');
  const network = objectAt(service.properties, 'NetworkConfiguration', 'AwsvpcConfiguration');
  const environment = containers.flatMap((container) => listAt(container, 'Environment'));
  return {
    key: service.key,
    kind: 'tasks',
    resource: service,
    settings: new Map(environment.map((entry) => [textAt(entry, 'Name') ?? '', textAt(entry, 'Value') ?? ''])),
    description: definition?.properties ?? {},
    labels: {},
    subnets: keysIn(network.Subnets),
    securityGroups: textsIn(network.SecurityGroups),
    roles: keysIn([definition?.properties.TaskRoleArn ?? '', definition?.properties.ExecutionRoleArn ?? '']),
  };
}

function instanceWorkload(group: Resource, byKey: ReadonlyMap<string, Resource>): Workload {
  const template = keysIn(group.properties.LaunchTemplate).map((key) => byKey.get(key))[0];
  const data = objectAt(template?.properties, 'LaunchTemplateData');
  const script = textAt(data, 'UserData') ?? '';
  const profiles = keysIn(objectAt(data, 'IamInstanceProfile')).map((key) => byKey.get(key));
  return {
    key: group.key,
    kind: 'instances',
    resource: group,
    settings: new Map([...script.matchAll(/^(KONG_\w+|HYBRIDGE_\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!])),
    description: { script },
    labels: {},
    subnets: keysIn(group.properties.VPCZoneIdentifier),
    securityGroups: textsIn(data.SecurityGroupIds),
    roles: keysIn(profiles.map((profile) => profile?.properties.Roles ?? '')),
  };
}
