/** What add-ons, controllers and nodes a cluster has, and when. */
import { textAt } from '../world/json';
import { clusterOf } from '../world/kubernetes-objects';
import type { World } from '../world/world';
import { events } from './need';

export interface ClusterParts {
  /** Made by this program: everything in it is known. */
  readonly isOwn: boolean;
  readonly isAuto: boolean;
  readonly nodeGroups: readonly string[];
  /** Name of the add-on or chart to the event at which it works. */
  readonly parts: ReadonlyMap<string, string>;
}

/** What Auto Mode brings without an add-on. */
const IN_AUTO_MODE = ['vpc-cni', 'coredns', 'kube-proxy', 'eks-pod-identity-agent', 'aws-ebs-csi-driver', 'aws-load-balancer-controller'];

/** @param isHybrid for pods on machines outside AWS, to which Auto Mode brings nothing */
export function partsOf(world: World, cluster: string, isHybrid = false): ClusterParts {
  const resource = world.get(cluster);
  const isAuto = String(textAt(resource?.properties, 'ComputeConfig', 'Enabled')) === 'true';
  const parts = new Map<string, string>();
  if (resource && isAuto) for (const name of IN_AUTO_MODE) parts.set(name, events.complete(cluster));
  // Without Auto Mode a cluster gets the simple ones by itself.
  if (resource && !isAuto && textAt(resource.properties, 'BootstrapSelfManagedAddons') !== 'false') {
    for (const name of ['vpc-cni', 'coredns', 'kube-proxy']) parts.set(name, events.complete(cluster));
  }
  for (const { key, properties } of world.ofType('AWS::EKS::Addon')) {
    const name = textAt(properties, 'AddonName') ?? '';
    // Beside Auto Mode an add-on of the same name is for other nodes.
    if (clusterOf(properties.ClusterName) === cluster && !(isAuto && !isHybrid && parts.has(name))) parts.set(name, events.complete(key));
  }
  for (const release of world.releases) {
    if (release.cluster === cluster) parts.set(release.chart.split('/').pop()!, events.complete(release.resource.key));
  }
  const nodeGroups = world.ofType('AWS::EKS::Nodegroup')
    .filter(({ properties }) => clusterOf(properties.ClusterName) === cluster)
    .map(({ key }) => key);
  return { isOwn: resource?.type === 'AWS::EKS::Cluster', isAuto, nodeGroups, parts };
}

/** Names of everything that can bring something, of which one must be there. */
export function partEvents({ parts }: ClusterParts, ...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => parts.get(name) ?? []).slice(0, 1);
}
