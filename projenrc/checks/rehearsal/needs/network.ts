/** Ways from private subnets to AWS and to registries. */
import { textAt } from '../world/json';
import { keysIn } from '../world/workloads';
import type { World } from '../world/world';
import { events } from './need';
import type { Need } from './need';

interface Way {
  readonly what: string;
  /** None: there is no way. */
  readonly providers: readonly string[];
}

/** What has to be there so that something in a subnet of this program gets out. Subnets that exist already are taken as they are. */
export function egressOf(world: World, subnet: string): readonly Way[] {
  const found = world.get(subnet);
  if (found?.type !== 'AWS::EC2::Subnet') return [];
  const associations = world.ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter(({ properties }) => keysIn(properties.SubnetId).includes(subnet));
  const tables = associations.flatMap(({ properties }) => keysIn(properties.RouteTableId));
  const routes = world.ofType('AWS::EC2::Route').filter(({ properties }) =>
    tables.includes(keysIn(properties.RouteTableId)[0] ?? '')
    && ['0.0.0.0/0', '::/0'].includes(textAt(properties, 'DestinationCidrBlock') ?? textAt(properties, 'DestinationIpv6CidrBlock') ?? ''));
  const endpoints = world.ofType('AWS::EC2::VPCEndpoint')
    .filter(({ properties }) => keysIn(properties.VpcId)[0] === keysIn(found.properties.VpcId)[0]);
  if (routes.length === 0) {
    return [{ what: `a route out of ${found.path}, or endpoints`, providers: endpoints.map(({ key }) => events.complete(key)) }];
  }
  return [...associations, ...routes].map(({ key, path }) => ({ what: `the route ${path}`, providers: [events.complete(key)] }));
}

/** Tasks, instances and nodes fetch images from the moment that they start. */
export function networkNeeds(world: World): readonly Need[] {
  const nodes = world.ofType('AWS::EKS::Nodegroup').map(({ key, properties }) => ({ key, subnets: keysIn(properties.Subnets) }));
  const workloads = world.workloads.map(({ key, subnets }) => ({ key, subnets }));
  return [...nodes, ...workloads].flatMap(({ key, subnets }) =>
    subnets.flatMap((subnet) => egressOf(world, subnet)).map(({ what, providers }) => ({
      rule: 'network-before-start',
      consumer: key,
      what: `${what}, by which it fetches images and secrets`,
      from: events.start(key),
      providers,
      patience: 0,
      alsoToDelete: true,
      fix: 'consumer.node.addDependency(...vpc.privateSubnets), or the endpoints of the VPC',
    })));
}
