/** What a Lambda function needs when CloudFormation, a rotation or a topic calls it. */
import { listAt, objectAt, textAt, textsIn } from '../world/json';
import { CHART, MANIFEST, OBJECT_VALUE } from '../world/kubernetes-objects';
import { isCustom } from '../world/resources';
import type { Resource } from '../world/resources';
import { keysIn } from '../world/workloads';
import type { World } from '../world/world';
import { events } from './need';
import type { Need } from './need';
import { egressOf } from './network';
import { policiesOf } from './roles';

/** The functions that a custom resource reaches, through the framework of CDK as well. */
export function handlersOf(world: World, resource: Resource): readonly Resource[] {
  const called = world.mentioned(resource.properties.ServiceToken ?? '').filter(({ type }) => type === 'AWS::Lambda::Function');
  const inner = called.flatMap((framework) =>
    Object.entries(objectAt(framework.properties, 'Environment', 'Variables'))
      .filter(([name]) => /^USER_(ON_EVENT|IS_COMPLETE)_FUNCTION_ARN$/.test(name))
      .flatMap(([, value]) => world.mentioned(value)));
  return [...called, ...inner];
}

export function functionNeeds(world: World): readonly Need[] {
  return world.resources.filter(isCustom).flatMap((resource) => [
    ...handlersOf(world, resource).flatMap((handler) => handlerNeeds(world, resource, handler)),
    ...isKubectl(resource) ? accessNeeds(world, resource) : [],
  ]);
}

function isKubectl({ type }: Resource): boolean {
  return [MANIFEST, CHART, OBJECT_VALUE].includes(type);
}

function handlerNeeds(world: World, resource: Resource, handler: Resource): readonly Need[] {
  const common = { consumer: resource.key, from: events.start(resource.key), patience: 0, alsoToDelete: true };
  const policies = keysIn(handler.properties.Role).flatMap((role) => policiesOf(world, role));
  const subnets = listAt(handler.properties, 'VpcConfig', 'SubnetIds').flatMap((subnet) => keysIn(subnet));
  const groups = textsIn(objectAt(handler.properties, 'VpcConfig').SecurityGroupIds);
  return [
    {
      ...common, rule: 'function-before-call', what: `its function ${handler.path}`, providers: [events.complete(handler.key)],
      fix: 'take the service token from the function',
    },
    ...policies.map((policy) => ({
      ...common,
      rule: 'policy-before-call',
      what: `the policy ${world.get(policy)!.path} of its function`,
      providers: [events.complete(policy)],
      fix: 'let the function depend on its role and policies: function.node.addDependency(role)',
    })),
    ...subnets.flatMap((subnet) => egressOf(world, subnet)).map(({ what, providers }) => ({
      ...common, rule: 'network-before-call', what: `${what}, by which its function ${handler.path} reaches AWS`, providers,
      fix: 'function.node.addDependency(...vpc.privateSubnets), or the endpoints of the VPC',
    })),
    // What manifests name, pods connect to.
    ...(isKubectl(resource) ? [] : rulesBetween(world, resource, groups)).map((rule) => ({
      ...common, rule: 'door-before-call', what: `the rule ${rule.path} of a security group, through which its function connects`,
      providers: [events.complete(rule.key)],
      fix: 'let the custom resource depend on the connections of the server',
    })),
  ];
}

/** Rules that let a client with these security groups in to the servers that a resource names. */
export function rulesBetween(
  world: World,
  client: { readonly properties: Resource['properties'] },
  groups: readonly string[],
): readonly Resource[] {
  const servers = world.mentioned(client.properties).filter(({ type }) => !/^AWS::(EC2|Lambda)::/.test(type));
  const doors = servers.flatMap((server) => groupsOf(server));
  return world
    .ofType('AWS::EC2::SecurityGroupIngress')
    .filter(({ properties }) => doors.includes(textAt(properties, 'GroupId') ?? ''))
    .filter(({ properties }) => groups.includes(textAt(properties, 'SourceSecurityGroupId') ?? ''));
}

/** Security groups of a database, a domain, a cache. */
export function groupsOf({ properties }: Resource): readonly string[] {
  return textsIn([
    properties.VpcSecurityGroupIds ?? '', properties.VPCSecurityGroups ?? '', properties.SecurityGroupIds ?? '',
    objectAt(properties, 'VPCOptions').SecurityGroupIds ?? '',
  ]).filter((text) => text !== '');
}

/** kubectl acts as the role of its handler, which the cluster has to know. */
function accessNeeds(world: World, resource: Resource): readonly Need[] {
  const clusters = keysIn(resource.properties.ClusterName);
  const roles = handlersOf(world, resource).flatMap((handler) => keysIn(handler.properties.Role));
  const entries = world.ofType('AWS::EKS::AccessEntry').filter(({ properties }) =>
    clusters.includes(keysIn(properties.ClusterName)[0] ?? '') && roles.includes(keysIn(properties.PrincipalArn)[0] ?? ''));
  return entries.map((entry) => ({
    rule: 'access-before-kubectl',
    consumer: resource.key,
    what: `the access entry ${entry.path} of kubectl's role`,
    from: events.start(resource.key),
    providers: [events.complete(entry.key)],
    patience: 0,
    alsoToDelete: true,
    fix: 'let the object depend on the barrier of the cluster, as KubernetesManifest of CDK does',
  }));
}
