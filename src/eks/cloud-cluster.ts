import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { Topology } from '../private/gateway/topology';
import { requireCidrs } from '../private/network/cidr-text';
import { requireTwoZones } from '../private/network/two-zones';

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
   * Networks whose machines may reach the cluster's API from the internet, in CIDR notation. Identity is checked as well.
   *
   * @default - the API is reachable from within the VPC only
   */
  readonly adminCidrs?: string[];

  /**
   * IAM roles that administer the cluster.
   *
   * @default - none; the role that deploys is not one by itself
   */
  readonly adminRoles?: iam.IRole[];

  /**
   * Network of the nodes. Needs private subnets with a way to the internet in at least two availability zones.
   *
   * @default - a new VPC over two availability zones with public and private subnets and one NAT gateway
   */
  readonly vpc?: ec2.IVpc;

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

const ALL_LOGS = [
  eks.ClusterLoggingTypes.API,
  eks.ClusterLoggingTypes.AUDIT,
  eks.ClusterLoggingTypes.AUTHENTICATOR,
  eks.ClusterLoggingTypes.CONTROLLER_MANAGER,
  eks.ClusterLoggingTypes.SCHEDULER,
];

/** Carries the Secrets Store CSI driver and its AWS provider. */
const SECRETS_PROVIDER_ADDON = 'aws-secrets-store-csi-driver-provider';

/**
 * An Amazon EKS cluster for gateway planes, in Auto Mode: EKS runs nodes, load balancer controller, network policies and the Pod Identity
 * agent (docs/decisions/0004-eks-auto-mode.md).
 *
 * Created: the cluster with its role and node role, a KMS key for Secrets, all five kinds of control plane logs, the add-on that mounts
 * secrets of AWS Secrets Manager, the functions that apply manifests, and a VPC unless one is given.
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

  constructor(scope: Construct, id: string, props: CloudClusterProps) {
    super(scope, id);
    requireAutoMode(props.kubernetesVersion);
    if (props.vpc) requireTwoZones('vpc', props.vpc);
    this.vpc = props.vpc ?? gatewayVpc(this);
    this.secretsEncryptionKey = props.secretsEncryptionKey
      ?? new kms.Key(this, 'SecretsKey', { description: 'Kubernetes Secrets', enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN });
    const cluster = new eks.Cluster(this, 'Resource', {
      version: props.kubernetesVersion,
      vpc: this.vpc,
      vpcSubnets: [{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
      endpointAccess: endpointAccess(props.adminCidrs),
      clusterLogging: ALL_LOGS,
      secretsEncryptionKey: this.secretsEncryptionKey,
      kubectlProviderOptions: { kubectlLayer: props.kubectlLayer },
      defaultCapacityType: eks.DefaultCapacityType.AUTOMODE,
      compute: { nodePools: ['system', 'general-purpose'] },
      // Manifests are applied by a role with an access entry of its own; who deploys need not be able to read the cluster.
      bootstrapClusterCreatorAdminPermissions: false,
      outputConfigCommand: false,
    });
    this.cluster = cluster;
    Validations.of(cluster.node.defaultChild!).acknowledge({
      id: 'CloudFormation-Validate::W9009',
      reason: 'the construct of CDK names what is encrypted (Secrets); EKS takes the property and encrypts everything',
    });
    protectFromDeletion(cluster, props.deletionProtection ?? true);
    (props.adminRoles ?? []).forEach((role, at) => cluster.grantClusterAdmin(`Admin${at}`, role.roleArn));
    this._ready = [this.secretsProvider(cluster), this.networkPolicyController(cluster)];
    Topology.of(this).addCluster(this, () => ({ name: this.node.path, kind: 'eks', files: [] }));
  }

  /** Mounts secrets of AWS Secrets Manager into pods (docs/decisions/0005-secrets-reach-pods-as-files.md). */
  private secretsProvider(cluster: eks.Cluster): IDependable {
    return new CfnAddon(this, 'SecretsProvider', {
      clusterName: cluster.clusterName,
      // No version: EKS picks the default for the cluster's version of Kubernetes.
      addonName: SECRETS_PROVIDER_ADDON,
      resolveConflicts: 'OVERWRITE',
    });
  }

  /** In Auto Mode this switch makes EKS enforce NetworkPolicy objects; without it they are kept and ignored. */
  private networkPolicyController(cluster: eks.Cluster): IDependable {
    return new eks.KubernetesManifest(this, 'NetworkPolicies', {
      cluster,
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

/** https://docs.aws.amazon.com/eks/latest/userguide/automode.html */
function requireAutoMode({ version }: eks.KubernetesVersion) {
  const [major, minor] = version.split('.').map(Number);
  if (major === 1 && minor >= 29) return;
  throw new Error(`kubernetesVersion: got ${version}, expected 1.29 or later, which Auto Mode asks for`);
}

function gatewayVpc(scope: Construct): ec2.Vpc {
  const flowLogs = new logs.LogGroup(scope, 'FlowLogs', { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
  return new ec2.Vpc(scope, 'Vpc', {
    maxAzs: 2,
    natGateways: 1,
    subnetConfiguration: [
      // No node lives in a public subnet: only load balancers and the NAT gateway, which ask for their addresses themselves.
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 19 },
    ],
    // Explicit, because a feature flag decides otherwise.
    restrictDefaultSecurityGroup: true,
    flowLogs: { All: { destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs) } },
  });
}

function endpointAccess(adminCidrs: string[] | undefined): eks.EndpointAccess {
  if (!adminCidrs) return eks.EndpointAccess.PRIVATE;
  requireCidrs('adminCidrs', adminCidrs);
  if (adminCidrs.includes('0.0.0.0/0')) {
    throw new Error('adminCidrs: got 0.0.0.0/0, expected the networks of administrators: leave it out for an API that only the VPC reaches');
  }
  return eks.EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...adminCidrs);
}

/** The construct of CDK has no property for it. */
function protectFromDeletion(cluster: eks.Cluster, deletionProtection: boolean) {
  (cluster.node.defaultChild as CfnResource).addPropertyOverride('DeletionProtection', deletionProtection);
}
