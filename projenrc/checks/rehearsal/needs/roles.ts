/** Policies of a role are there before anything acts as it. */
import { objectAt, textAt } from '../world/json';
import { keysIn } from '../world/workloads';
import type { Workload } from '../world/workloads';
import type { World } from '../world/world';
import { events } from './need';
import type { Need } from './need';

/** Properties by which a service takes a role from the start. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  'AWS::EKS::Cluster': ['RoleArn', 'ComputeConfig'],
  'AWS::EKS::Nodegroup': ['NodeRole'],
  'AWS::EKS::Addon': ['ServiceAccountRoleArn', 'PodIdentityAssociations'],
  'AWS::EC2::FlowLog': ['DeliverLogsPermissionArn'],
  'AWS::ApiGatewayV2::Integration': ['CredentialsArn'],
};

export function policiesOf(world: World, role: string): readonly string[] {
  return world
    .ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy')
    .filter(({ properties }) => keysIn([properties.Roles ?? '', properties.RoleName ?? '']).includes(role))
    .map(({ key }) => key);
}

export function roleNeeds(world: World): readonly Need[] {
  const services = Object.entries(TAKES).flatMap(([type, names]) =>
    world.ofType(type).map((resource) => ({
      key: resource.key,
      from: events.start(resource.key),
      roles: keysIn(names.map((name) => resource.properties[name] ?? '')),
    })));
  const workloads = world.workloads.map((workload) => ({
    key: workload.key,
    from: events.workloadRunning(workload.key),
    roles: [...workload.roles, ...podRoles(world, workload)],
  }));
  return [...services, ...workloads].flatMap(({ key, from, roles }) =>
    roles.flatMap((role) => policiesOf(world, role)).map((policy) => ({
      rule: 'policy-before-use',
      consumer: key,
      what: `the policy ${world.get(policy)!.path} of its role`,
      from,
      providers: [events.complete(policy)],
      patience: 0,
      fix: 'add a dependency on the role, which brings its policies: consumer.node.addDependency(role)',
    })));
}

/** Roles of a pod by Pod Identity, or by the annotation of its service account. */
function podRoles(world: World, { cluster, namespace, serviceAccount }: Workload): readonly string[] {
  const accounts = world.objects.filter((object) =>
    object.kind === 'ServiceAccount' && object.cluster === cluster && object.namespace === namespace && object.name === serviceAccount);
  return [
    ...associationsOf(world, cluster, namespace, serviceAccount).flatMap(({ properties }) => keysIn(properties.RoleArn)),
    ...accounts.flatMap(({ body }) => keysIn(objectAt(body, 'metadata', 'annotations')['eks.amazonaws.com/role-arn'])),
  ];
}

export function associationsOf(world: World, cluster?: string, namespace?: string, serviceAccount?: string) {
  return world.ofType('AWS::EKS::PodIdentityAssociation').filter(({ properties }) =>
    (keysIn(properties.ClusterName)[0] ?? textAt(properties, 'ClusterName')) === cluster
    && textAt(properties, 'Namespace') === namespace
    && textAt(properties, 'ServiceAccount') === serviceAccount);
}
