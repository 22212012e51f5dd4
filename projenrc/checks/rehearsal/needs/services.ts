/** What ECS asks for when a service is created, and what has to be left until it is deleted. */
import { listAt, objectAt, textAt } from '../world/json';
import { referred } from '../world/tokens';
import { keysIn } from '../world/workloads';
import type { World } from '../world/world';
import { events } from './need';
import type { Need } from './need';

export function serviceNeeds(world: World): readonly Need[] {
  return world.ofType('AWS::ECS::Service').flatMap((service) => {
    const common = { consumer: service.key, from: events.start(service.key), patience: 0, alsoToDelete: true };
    const groups = keysIn(listAt(service.properties, 'LoadBalancers').map((entry) => objectAt({ entry }, 'entry').TargetGroupArn ?? ''));
    const providers = keysIn(listAt(service.properties, 'CapacityProviderStrategy'));
    const associations = world.ofType('AWS::ECS::ClusterCapacityProviderAssociations')
      .filter(({ properties }) => referred(properties.Cluster) === referred(service.properties.Cluster));
    return [
      ...groups.map((group): Need => ({
        ...common, rule: 'listener-before-service', what: `a listener that forwards to ${world.get(group)?.path ?? group}`,
        providers: forwardersOf(world, group).map(events.complete),
        fix: 'let the service depend on the listener: ECS refuses a target group without load balancer',
      })),
      ...providers.length === 0 || world.get(referred(service.properties.Cluster)) === undefined ? [] : [{
        ...common, rule: 'capacity-before-service', what: 'its capacity provider in the cluster',
        providers: associations.map(({ key }) => events.complete(key)),
        fix: 'let the service depend on the associations of the cluster: ECS refuses an unknown provider, and does not give up one in use',
      }],
      ...associations.length === 0 ? [] : capacityNeeds(world, providers, common),
    ];
  });
}

/** A group of instances that goes first leaves tasks that never stop. */
function capacityNeeds(
  world: World,
  providers: readonly string[],
  common: Pick<Need,
  'consumer' | 'from' | 'patience' | 'alsoToDelete'>,
): readonly Need[] {
  const groups = providers.flatMap((key) => keysIn(objectAt(world.get(key)?.properties, 'AutoScalingGroupProvider').AutoScalingGroupArn));
  return groups.map((group) => ({
    ...common, rule: 'instances-before-service', what: `the instances ${world.get(group)?.path ?? group}`, providers: [
      events.complete(group),
    ],
    fix: 'let the service depend on its capacity',
  }));
}

export function forwardersOf(world: World, group: string): readonly string[] {
  return world.ofType('AWS::ElasticLoadBalancingV2::Listener', 'AWS::ElasticLoadBalancingV2::ListenerRule')
    .filter(({ properties }) =>
      [...listAt(properties, 'DefaultActions'), ...listAt(properties, 'Actions')].some((action) => keysIn(action).includes(group)))
    .map(({ key }) => key);
}

/** Kubernetes load balancers are deleted by their controller, which needs nodes and a way to AWS as long as they exist. */
export function balancerOwnerNeeds(world: World): readonly Need[] {
  return world.objects.flatMap((object): readonly Need[] => {
    const isBalancer = object.kind === 'Service' && textAt(
      object.body,
      'spec',
      'type',
    ) === 'LoadBalancer' || object.kind === 'TargetGroupBinding';
    const cluster = world.get(object.cluster);
    if (!isBalancer || cluster?.type !== 'AWS::EKS::Cluster') return [];
    const common = { consumer: object.key, from: events.applied(object.key), patience: 0, alsoToDelete: true };
    const isAuto = (textAt(object.body, 'spec', 'loadBalancerClass') ?? object.group).startsWith('eks.amazonaws.com');
    const controllers = world.releases.filter((release) => release.cluster === object.cluster && release.chart.endsWith(
      'aws-load-balancer-controller',
    ));
    const subnets = keysIn(objectAt(cluster.properties, 'ResourcesVpcConfig').SubnetIds);
    const networks = subnets.flatMap((key) => keysIn(world.get(key)?.properties.VpcId));
    const gateways = world.ofType('AWS::EC2::VPCGatewayAttachment').filter(({ properties }) => networks.includes(
      referred(properties.VpcId) ?? '',
    ));
    return [
      {
        ...common, rule: 'controller-of-balancers', what: 'the controller that makes and deletes load balancers',
        providers: isAuto
          ? textAt(
            cluster.properties,
            'KubernetesNetworkConfig',
            'ElasticLoadBalancing',
            'Enabled',
          ) === 'true' ? [events.complete(cluster.key)] : []
          : controllers.map(({ resource }) => events.complete(resource.key)),
        fix: 'let the objects depend on the controller: without it the finalizer of the Service is never removed',
      },
      ...[...subnets, ...gateways.map(({ key }) => key)].filter((key) => world.get(key)).map((key) => ({
        ...common, rule: 'network-of-balancers', what: `the network ${world.get(key)!.path}`, providers: [events.complete(key)],
        fix: 'let the objects depend on the network: it cannot be deleted while load balancers are in it',
      })),
    ];
  });
}

/** A controller in pods works as long as there are nodes for it. */
export function controllerNeeds(world: World): readonly Need[] {
  return world.releases.filter(({ chart }) => chart.endsWith('aws-load-balancer-controller')).flatMap((release) =>
    world.ofType('AWS::EKS::Nodegroup')
      .filter(({ properties }) => referred(properties.ClusterName) === release.cluster)
      .map((group) => ({
        rule: 'nodes-of-controller', consumer: release.resource.key, what: `the nodes ${group.path}`, from: events.start(
          release.resource.key,
        ),
        providers: [events.complete(group.key)], patience: 0, alsoToDelete: true,
        fix: 'let the release depend on the node groups',
      })));
}
