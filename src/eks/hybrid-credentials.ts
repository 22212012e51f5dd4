import { CfnOutput, Duration, Names, Stack, Token } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as rolesanywhere from 'aws-cdk-lib/aws-rolesanywhere';
import type { Construct } from 'constructs';
import type { CertificateAuthority } from '../eks-anywhere/aws/certificate-authority';
import { requireSeconds, requireWhole } from '../private/input/numbers';
import { shown, within } from '../private/input/place';
import type { NodeCredentials } from './private/node-config';

/** Options of `HybridCredentials.systemsManager()`. */
export interface SystemsManagerCredentialsOptions {
  /**
   * How many machines may register with one activation, 1 to 1000.
   *
   * @default 10
   */
  readonly registrationLimit?: number;
}

/** Options of `HybridCredentials.rolesAnywhere()`. */
export interface RolesAnywhereCredentialsOptions {
  /** Who signs the machines' certificates. The common name of a certificate is the name of its node. */
  readonly authority: CertificateAuthority;

  /**
   * How long credentials are good, from 15 minutes to 12 hours; machines fetch new ones in time.
   *
   * @default Duration.hours(1)
   */
  readonly sessionDuration?: Duration;

  /**
   * Where the certificate lies on each machine.
   *
   * @default '/etc/iam/pki/server.pem'
   */
  readonly certificatePath?: string;

  /**
   * Where the certificate's key lies on each machine.
   *
   * @default '/etc/iam/pki/server.key'
   */
  readonly privateKeyPath?: string;
}

const CLUSTER_TAG = 'EKSClusterARN';

/** How machines outside AWS prove to AWS who they are. */
export class HybridCredentials {
  /**
   * By an activation of AWS Systems Manager: no certificates are needed, nodes get names such as `mi-0123456789abcdef0`. CloudFormation makes no activations, and the code is a secret: the output
   * `ActivationCommand` is the command that makes one, for whoever sets up the machines. It is good for a day.
   *
   * @throws Error when registrationLimit is out of bounds
   */
  public static systemsManager(options: SystemsManagerCredentialsOptions = {}): HybridCredentials {
    return within('HybridCredentials.systemsManager', () => {
      const { registrationLimit = 10 } = options;
      requireWhole('registrationLimit', registrationLimit, { least: 1, most: 1000 });
      return new HybridCredentials((scope, cluster) => bySystemsManager(scope, cluster, registrationLimit));
    });
  }

  /**
   * By certificates of an authority of yours (IAM Roles Anywhere). The outputs `TrustAnchorArn`, `ProfileArn` and `RoleArn` fill the placeholders of the configuration.
   *
   * @throws Error when sessionDuration is out of bounds, or a path is none
   */
  public static rolesAnywhere(options: RolesAnywhereCredentialsOptions): HybridCredentials {
    return within('HybridCredentials.rolesAnywhere', () => {
      const { sessionDuration = Duration.hours(1), certificatePath = '/etc/iam/pki/server.pem', privateKeyPath = '/etc/iam/pki/server.key' } = options;
      requireSeconds('sessionDuration', sessionDuration, { least: 900, most: 43_200, expected: '15 minutes to 12 hours' });
      Object.entries({ certificatePath, privateKeyPath }).forEach(([property, path]) => {
        if (Token.isUnresolved(path) || !/^\/[^\s]+$/.test(path)) throw new Error(`${property}: got ${shown(path)}, expected the absolute path of a file on the machines`);
      });
      return new HybridCredentials((scope, cluster) => byCertificate(scope, cluster, options.authority, sessionDuration, { certificatePath, privateKeyPath }));
    });
  }

  private constructor(
    /**
     * Makes the role of the machines, and says what their configuration has of it.
     *
     * @internal
     */
    public readonly _bind: (scope: Construct, cluster: eks.ICluster) => NodeCredentials,
  ) {}
}

function bySystemsManager(scope: Construct, cluster: eks.ICluster, registrationLimit: number): NodeCredentials {
  const { partition, region, account } = Stack.of(scope);
  const role = new iam.Role(scope, 'Role', {
    description: 'Machines outside AWS that are nodes of the cluster',
    assumedBy: new iam.ServicePrincipal('ssm.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnEquals: { 'aws:SourceArn': `arn:${partition}:ssm:${region}:${account}:*` } },
    }),
    managedPolicies: managedPolicies('AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'),
  });
  nodeStatements(cluster).forEach((statement) => role.addToPolicy(statement));
  // Listing has no resources to name; leaving is for machines of this cluster's activations only.
  role.addToPolicy(new iam.PolicyStatement({ actions: ['ssm:DescribeInstanceInformation'], resources: ['*'] }));
  role.addToPolicy(new iam.PolicyStatement({
    actions: ['ssm:DeregisterManagedInstance'],
    resources: [`arn:${partition}:ssm:${region}:${account}:managed-instance/*`],
    conditions: { StringEquals: { [`ssm:resourceTag/${CLUSTER_TAG}`]: cluster.clusterArn } },
  }));
  const command = ['aws ssm create-activation', `--region ${region}`, `--iam-role ${role.roleName}`, `--registration-limit ${registrationLimit}`, `--tags Key=${CLUSTER_TAG},Value=${cluster.clusterArn}`];
  new CfnOutput(scope, 'ActivationCommand', { value: command.join(' '), description: 'Makes the activation that machines register with, good for a day' });
  return { role, provider: 'ssm', hybrid: { ssm: { activationCode: '${ACTIVATION_CODE}', activationId: '${ACTIVATION_ID}' } } };
}

interface CertificatePaths {
  readonly certificatePath: string;
  readonly privateKeyPath: string;
}

function byCertificate(scope: Construct, cluster: eks.ICluster, authority: CertificateAuthority, sessionDuration: Duration, paths: CertificatePaths): NodeCredentials {
  const name = Names.uniqueResourceName(scope, { maxLength: 60, separator: '-' });
  const anchor = new rolesanywhere.CfnTrustAnchor(scope, 'TrustAnchor', { name, enabled: true, source: authority._source });
  const holder = (conditions: Record<string, unknown>) =>
    new iam.ServicePrincipal('rolesanywhere.amazonaws.com', { conditions: { ArnEquals: { 'aws:SourceArn': anchor.attrTrustAnchorArn }, ...conditions } });
  const role = new iam.Role(scope, 'Role', {
    description: 'Machines outside AWS that are nodes of the cluster',
    // A machine is the node that its certificate names, and no other.
    assumedBy: holder({ StringEquals: { 'sts:RoleSessionName': '${aws:PrincipalTag/x509Subject/CN}' } }),
    maxSessionDuration: sessionDuration.toHours({ integral: false }) > 1 ? sessionDuration : Duration.hours(1),
    managedPolicies: managedPolicies('AmazonEC2ContainerRegistryPullOnly'),
  });
  role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ actions: ['sts:TagSession', 'sts:SetSourceIdentity'], principals: [holder({})] }));
  nodeStatements(cluster).forEach((statement) => role.addToPolicy(statement));
  const profile = new rolesanywhere.CfnProfile(scope, 'Profile', {
    name, enabled: true, roleArns: [role.roleArn], durationSeconds: sessionDuration.toSeconds(), acceptRoleSessionName: true,
  });
  Object.entries({ TrustAnchorArn: anchor.attrTrustAnchorArn, ProfileArn: profile.attrProfileArn, RoleArn: role.roleArn })
    .forEach(([id, value]) => new CfnOutput(scope, id, { value }));
  const placeholders = { nodeName: '${NODE_NAME}', trustAnchorArn: '${TRUST_ANCHOR_ARN}', profileArn: '${PROFILE_ARN}', roleArn: '${ROLE_ARN}' };
  return { role, provider: 'iam-ra', hybrid: { iamRolesAnywhere: { ...placeholders, ...paths } } };
}

function managedPolicies(...names: string[]): iam.IManagedPolicy[] {
  return names.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name));
}

/** What nodeadm asks of EKS, and the agent of Pod Identity for the pods. */
function nodeStatements({ clusterArn }: eks.ICluster): readonly iam.PolicyStatement[] {
  return [new iam.PolicyStatement({ actions: ['eks:DescribeCluster', 'eks:ListAccessEntries', 'eks-auth:AssumeRoleForPodIdentity'], resources: [clusterArn] })];
}
