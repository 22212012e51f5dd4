import { Annotations, RemovalPolicy, Token, Validations } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { claimName } from '../private/input/claims';
import { within } from '../private/input/place';
import { Topology } from '../private/topology/topology';
import { ClusterAccess } from './cluster-access';
import type { ClusterAddon } from './cluster-addon';
import { ClusterCompute } from './cluster-compute';
import { ClusterAddons } from './private/addons';
import { clusterNetwork } from './private/cluster-network';
import type { ClusterNetwork } from './private/cluster-network';
import { requireVersions } from './private/kubernetes-version';
import { CONTROLLER_CLASS, LoadBalancerController } from './private/load-balancer-controller';
import { NodeGroups } from './private/node-groups';
import { podRole } from './private/pod-role';

/** Networks outside AWS whose machines join a cluster as hybrid nodes. Private IPv4 addresses, apart from each other, the VPC and Services; at most 15 of each kind. */
export interface RemoteNetworks {
  /** Networks of the machines, in CIDR notation. */
  readonly nodeCidrs: string[];

  /**
   * Networks of the pods on them, in CIDR notation. Needed when something in AWS opens connections to those pods: webhooks, metrics, load balancers.
   *
   * @default - pods are seen with the addresses of their machines
   */
  readonly podCidrs?: string[];
}

/** Properties of `CloudCluster`. */
export interface CloudClusterProps {
  /** Version of Kubernetes, 1.29 or later. May be raised by one minor version at a time. */
  readonly kubernetesVersion: eks.KubernetesVersion;

  /**
   * Lambda layer with kubectl of the cluster's version, such as `KubectlV35Layer` of `@aws-cdk/lambda-layer-kubectl-v35`. One minor version
   * of difference is allowed. It is not a dependency of this library: 36 MB, and another one for each version of Kubernetes.
   */
  readonly kubectlLayer: lambda.ILayerVersion;

  /**
   * What pods run on. Another choice replaces the cluster.
   *
   * @default - ClusterCompute.autoMode()
   */
  readonly compute?: ClusterCompute;

  /**
   * Name of the cluster, 1 to 100 letters, digits, '-' and '_'. Another name replaces the cluster.
   *
   * @default - made by EKS
   */
  readonly clusterName?: string;

  /**
   * Networks whose machines may reach the cluster's API from the internet, in CIDR notation. Identity is checked as well.
   *
   * @default - the API is reachable from within the VPC only
   */
  readonly adminCidrs?: string[];

  /**
   * IAM roles that administer the cluster. More, and lesser rights: `grantAccess()`.
   *
   * @default - none; the role that deploys is not one by itself
   */
  readonly adminRoles?: iam.IRole[];

  /**
   * Network of the nodes. Needs private subnets with a way to the internet in at least two availability zones, unless `subnets` says otherwise.
   *
   * @default - a new VPC over two availability zones with public and private subnets and one NAT gateway
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Addresses of the new VPC, in CIDR notation, /16 to /18. Networks that are to be joined some day need different ones.
   *
   * @default '10.0.0.0/16'
   */
  readonly vpcCidr?: string;

  /**
   * Subnets of nodes, pods and the cluster's own network interfaces, in at least two availability zones. Isolated ones need VPC endpoints; synthesis says which are missing.
   *
   * @default - the private subnets with a way to the internet
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Addresses of Services, in CIDR notation, /12 to /24. Cannot be changed afterwards.
   *
   * @default - EKS takes 10.100.0.0/16 or 172.20.0.0/16, whichever is outside the VPC
   */
  readonly servicesCidr?: string;

  /**
   * Networks outside AWS whose machines may join (`HybridNodes`). The API of such a cluster is private: without `adminCidrs`. Routes to these networks are the VPC's affair.
   *
   * @default - none
   */
  readonly remoteNetworks?: RemoteNetworks;

  /**
   * Further add-ons of EKS, and versions or configuration of those that the cluster has anyway: `aws-secrets-store-csi-driver-provider` and `metrics-server`; with node groups also
   * `eks-pod-identity-agent`, `vpc-cni`, `kube-proxy`, `coredns` and `aws-ebs-csi-driver`; with remote networks also `eks-pod-identity-agent`, `kube-proxy` and `coredns`.
   *
   * @default - those only, in the versions that EKS chooses
   */
  readonly addons?: ClusterAddon[];

  /**
   * Key that encrypts Kubernetes Secrets. Cannot be changed afterwards.
   *
   * @default - a new key, rotated every year
   */
  readonly secretsEncryptionKey?: kms.IKey;

  /**
   * Whether EKS refuses to delete the cluster until this is taken back.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/** Options of `CloudCluster.addPodRole()`. */
export interface PodRoleOptions {
  /** Namespace of the pods. */
  readonly namespace: string;

  /** Service account of the pods. The association makes neither of the two. */
  readonly serviceAccount: string;
}

const ALL_LOGS = [
  eks.ClusterLoggingTypes.API,
  eks.ClusterLoggingTypes.AUDIT,
  eks.ClusterLoggingTypes.AUTHENTICATOR,
  eks.ClusterLoggingTypes.CONTROLLER_MANAGER,
  eks.ClusterLoggingTypes.SCHEDULER,
];

/** What Auto Mode's own controller makes Network Load Balancers for. */
const AUTO_MODE_CLASS = 'eks.amazonaws.com/nlb';

const NAME = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;

/** Labels of Kubernetes: namespaces, service accounts. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * An Amazon EKS cluster for gateway planes, in Auto Mode or with managed node groups.
 *
 * Created: the cluster with its role and those of its nodes, a KMS key for Secrets, all five kinds of control plane logs, the add-ons that mount secrets of AWS Secrets Manager
 * and measure pods, the functions that apply manifests, a VPC unless one is given, and with node groups what Auto Mode would carry.
 */
export class CloudCluster extends Construct {
  /** The cluster. */
  public readonly cluster: eks.ICluster;

  /** Network of the nodes. */
  public readonly vpc: ec2.IVpc;

  /** The key that encrypts Kubernetes Secrets. */
  public readonly secretsEncryptionKey: kms.IKey;

  /**
   * What has to exist before a plane's objects can.
   *
   * @internal
   */
  public readonly _ready: IDependable[];

  /**
   * Of Services that want a Network Load Balancer.
   *
   * @internal
   */
  public readonly _loadBalancerClass: string;

  /** @internal */
  public readonly _kubernetesVersion: string;

  /**
   * As it was given.
   *
   * @internal
   */
  public readonly _clusterName?: string;

  /** @internal */
  public readonly _remoteNetworks?: RemoteNetworks;

  private readonly resource: eks.Cluster;
  private readonly principals = new Set<string>();
  private readonly files: string[] = [];

  /**
   * @throws Error that names the property which EKS would refuse, or which does not fit the others
   */
  constructor(scope: Construct, id: string, props: CloudClusterProps) {
    super(scope, id);
    const network = within(this, () => {
      requireVersions(props.kubernetesVersion, props.kubectlLayer);
      if (props.clusterName !== undefined) requireClusterName(this, props.clusterName);
      return clusterNetwork(this, props);
    });
    this.vpc = network.vpc;
    this._kubernetesVersion = props.kubernetesVersion.version;
    this._clusterName = props.clusterName;
    this._remoteNetworks = props.remoteNetworks;
    const compute = props.compute ?? ClusterCompute.autoMode();
    const isAutoMode = compute._nodeGroups.length === 0;
    if (!isAutoMode && network.isIsolated) {
      throw new Error(`${this.node.path}: compute: got node groups in isolated subnets, expected Auto Mode there: the chart and the image of the load balancer controller come from the internet`);
    }
    this._loadBalancerClass = isAutoMode ? AUTO_MODE_CLASS : CONTROLLER_CLASS;
    this.secretsEncryptionKey = props.secretsEncryptionKey
      ?? new kms.Key(this, 'SecretsKey', { description: 'Kubernetes Secrets', enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN });
    this.resource = this.makeCluster(props, network, isAutoMode);
    this.cluster = this.resource;
    protectFromDeletion(this.resource, props.deletionProtection ?? true);
    (props.adminRoles ?? []).forEach((role, at) => this.grantAccess(`Admin${at}`, role, ClusterAccess.admin()));
    const addons = within(this, () => new ClusterAddons(this, this.resource, { isAutoMode, isHybrid: props.remoteNetworks !== undefined }, props.addons ?? []));
    this._ready = isAutoMode ? [...addons.onNodes, this.networkPolicyController()] : this.makeNodes(compute, addons, network);
    Topology.of(this).addCluster(this, () => ({ name: this.node.path, kind: 'eks', ...this.files.length > 0 && { folder: this._folder }, files: this.files }));
  }

  /**
   * Lets somebody into the cluster: an access entry.
   *
   * @param id unique among the calls
   * @param role who; each role once
   * @param access what they may do
   * @throws Error when the role has an entry already, which EKS refuses
   */
  public grantAccess(id: string, role: iam.IRole, access: ClusterAccess): void {
    const { roleArn } = role;
    if (this.principals.has(roleArn)) {
      throw new Error(`${this.node.path}: role: ${role.node.path} has access to ${this.node.path} already, expected one entry for each role: make one call with the greater rights`);
    }
    this.principals.add(roleArn);
    this.resource.grantAccess(id, roleArn, [access._policy]);
  }

  /**
   * Makes a role that the pods of a service account have by EKS Pod Identity.
   *
   * @throws Error when a name cannot be one
   */
  public addPodRole(id: string, options: PodRoleOptions): iam.Role {
    const { namespace, serviceAccount } = options;
    Object.entries({ namespace, serviceAccount }).forEach(([property, got]) => {
      if (!LABEL.test(got)) throw new Error(`${this.node.path}: ${property}: got ${JSON.stringify(got)}, expected 1 to 63 lower-case letters, digits and '-'`);
    });
    const role = podRole(this, id, `Pods of ${serviceAccount} in ${namespace}`);
    // Not addServiceAccount() of CDK: it installs the agent a second time in Auto Mode, and applies a manifest that belongs to whoever owns the pods.
    new CfnPodIdentityAssociation(this, `${id}Identity`, { clusterName: this.resource.clusterName, namespace, serviceAccount, roleArn: role.roleArn });
    return role;
  }

  /**
   * Below `cdk.out/hybridge`, for what machines outside AWS need.
   *
   * @internal
   */
  public get _folder(): string {
    return this.node.path.replaceAll('/', '-');
  }

  /**
   * Lists files that are written into the folder.
   *
   * @internal
   */
  public _addFiles(...files: string[]): void {
    this.files.push(...files);
  }

  private makeCluster(props: CloudClusterProps, network: ClusterNetwork, isAutoMode: boolean): eks.Cluster {
    const cluster = new eks.Cluster(this, 'Resource', {
      version: props.kubernetesVersion,
      clusterName: props.clusterName,
      vpc: this.vpc,
      vpcSubnets: [network.subnets],
      securityGroup: network.securityGroup,
      endpointAccess: network.endpointAccess,
      ipFamily: eks.IpFamily.IP_V4,
      serviceIpv4Cidr: props.servicesCidr,
      ...props.remoteNetworks && remoteNetworks(props.remoteNetworks),
      clusterLogging: ALL_LOGS,
      secretsEncryptionKey: this.secretsEncryptionKey,
      kubectlProviderOptions: { kubectlLayer: props.kubectlLayer },
      ...isAutoMode
        ? { defaultCapacityType: eks.DefaultCapacityType.AUTOMODE, compute: { nodePools: ['system', 'general-purpose'] } }
        // What EKS would install by itself it never updates; add-ons come instead.
        : { defaultCapacityType: eks.DefaultCapacityType.NODEGROUP, defaultCapacity: 0, bootstrapSelfManagedAddons: false },
      // Manifests are applied by a role with an access entry of its own; who deploys need not be able to read the cluster.
      bootstrapClusterCreatorAdminPermissions: false,
      outputConfigCommand: false,
    });
    Validations.of(cluster.node.defaultChild!).acknowledge({
      id: 'CloudFormation-Validate::W9009',
      reason: 'the construct of CDK names what is encrypted (Secrets); EKS takes the property and encrypts everything',
    });
    // Ours says which endpoints are missing, and nothing when none is.
    if (network.isIsolated) Annotations.of(cluster).acknowledgeWarning('@aws-cdk/aws-eks:isolatedSubnetsForKubectlPrivateSubnets', 'endpoints are looked at one by one');
    return cluster;
  }

  private makeNodes(compute: ClusterCompute, addons: ClusterAddons, { subnets }: ClusterNetwork): IDependable[] {
    const { groups } = new NodeGroups(this, 'Nodes', { cluster: this.resource, groups: compute._nodeGroups, subnets });
    groups.forEach((group) => group.node.addDependency(...addons.forNodes));
    addons.onNodes.forEach((addon) => addon.node.addDependency(...groups));
    const controller = new LoadBalancerController(this, 'LoadBalancers', { cluster: this.resource, after: [...groups, ...addons.onNodes] });
    return [...addons.onNodes, controller];
  }

  /** In Auto Mode this switch makes EKS enforce NetworkPolicy objects; without it they are kept and ignored. */
  private networkPolicyController(): IDependable {
    return new eks.KubernetesManifest(this, 'NetworkPolicies', {
      cluster: this.resource,
      overwrite: true,
      prune: false,
      manifest: [{
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' },
        data: { 'enable-network-policy-controller': 'true' },
      }],
    });
  }
}

function requireClusterName(owner: Construct, name: string) {
  if (!Token.isUnresolved(name) && !NAME.test(name)) {
    throw new Error(`clusterName: got ${JSON.stringify(name)}, expected 1 to 100 letters, digits, '-' and '_', beginning with a letter or digit`);
  }
  claimName(owner, { property: 'clusterName', what: 'cluster name', name });
}

function remoteNetworks({ nodeCidrs, podCidrs }: RemoteNetworks) {
  return { remoteNodeNetworks: [{ cidrs: nodeCidrs }], ...podCidrs && { remotePodNetworks: [{ cidrs: podCidrs }] } };
}

/** The construct of CDK has no property for it. */
function protectFromDeletion(cluster: eks.Cluster, deletionProtection: boolean) {
  (cluster.node.defaultChild as CfnResource).addPropertyOverride('DeletionProtection', deletionProtection);
}
