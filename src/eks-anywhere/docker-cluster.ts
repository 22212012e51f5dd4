import type { Construct } from 'constructs';
import { dockerDocuments } from '../eksa/documents/docker';
import { CLUSTER_PROP_PATHS } from '../eksa/prop-path';
import { atPlace } from '../private/input/place';
import { clusterInput, controlPlaneInput, workerInput } from './cluster-input';
import { EksAnywhereCluster } from './eks-anywhere-cluster';
import type { EksAnywhereClusterProps } from './eks-anywhere-cluster';
import type { ControlPlaneNodeOptions, WorkerNodeGroupOptions } from './node-groups';

/** Properties of a cluster in Docker containers. */
export interface DockerClusterProps extends EksAnywhereClusterProps {
  /**
   * The Kubernetes control plane nodes, each a container: an odd number unless etcd has containers of its own. Their
   * number can be changed later.
   * @default - one node
   */
  readonly controlPlaneNodes?: ControlPlaneNodeOptions;

  /**
   * Groups of worker nodes, each node a container. Groups can be added and taken away later.
   * @default - one group `md-0` of one node
   */
  readonly workerNodes?: WorkerNodeGroupOptions[];

  /**
   * Number of containers for etcd alone, odd. Whether there are any is fixed once the cluster exists.
   * @default - etcd runs in the control plane nodes
   */
  readonly etcdCount?: number;

  /**
   * Whether pods are connected by kindnetd, the plugin of kind, instead of Cilium. Not together with `cilium`. Fixed
   * once the cluster exists.
   * @default false
   */
  readonly kindnetd?: boolean;
}

/**
 * An EKS Anywhere cluster in Docker containers on one machine, for development and tests; not for production.
 *
 * Writes `cluster.yaml` to `cdk.out/hybridge/<id>/`, for `eksctl anywhere create cluster -f cluster.yaml` on a machine with Docker.
 *
 * @example
 * new DockerCluster(app, 'Laptop', {
 *   eksAnywhereVersion: 'v0.27.0',
 *   kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
 *   podsCidr: '192.168.0.0/16',
 *   servicesCidr: '10.96.0.0/12',
 * });
 */
export class DockerCluster extends EksAnywhereCluster {
  constructor(scope: Construct, id: string, props: DockerClusterProps) {
    super(scope, id, props);
    atPlace(this, () => {
      if (!props.kindnetd || !props.cilium) return;
      throw new Error('kindnetd: got true together with cilium, expected one of the two: a cluster has one network plugin');
    });
    this._define({
      kind: 'eks-anywhere-docker',
      documents: atPlace(this, () => dockerDocuments({
        ...clusterInput(this.clusterName, props),
        controlPlaneNodes: controlPlaneInput(props.controlPlaneNodes ?? { count: 1 }),
        workerNodes: (props.workerNodes ?? [{ name: 'md-0', count: 1 }]).map(workerInput),
        etcdNodes: props.etcdCount === undefined ? undefined : { count: props.etcdCount },
        kindnetd: props.kindnetd,
      })),
      propPaths: [{ pattern: /^Cluster\.spec\.externalEtcdConfiguration.*$/, prop: 'etcdCount' }, ...CLUSTER_PROP_PATHS],
    });
  }
}
