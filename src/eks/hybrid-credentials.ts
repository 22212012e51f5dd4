import { CfnOutput, Duration, Names, Stack, Token } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as rolesanywhere from 'aws-cdk-lib/aws-rolesanywhere';
import type { Construct } from 'constructs';
import type { CertificateAuthority } from '../eks-anywhere/aws/certificate-authority';
import { requireSeconds, requireWhole } from '../private/input/numbers';
import { shown, atPlace } from '../private/input/place';
import type { NodeCredentials } from './private/node-config';

/** Options of `HybridCredentials.systemsManager()`. */
export interface SystemsManagerCredentialsOptions {
  /**
   * Number of machines that may register with one activation, 1 to 1000.
   *
   * @default 10
   */
  readonly registrationLimit?: number;
}

/** Options of `HybridCredentials.rolesAnywhere()`. */
export interface RolesAnywhereCredentialsOptions {
  /** Authority that signs the machines' certificates. The common name of a certificate is the name of its node. */
  readonly authority: CertificateAuthority;

  /**
   * Validity of credentials, 15 minutes to 12 hours; machines renew them in time.
   *
   * @default Duration.hours(1)
   */
  readonly sessionDuration?: Duration;

  /**
   * Path of the certificate on each machine.
   *
   * @default '/etc/iam/pki/server.pem'
   */
  readonly certificatePath?: string;

  /**
   * Path of the certificate's key on each machine.
   *
   * @default '/etc/iam/pki/server.key'
   */
  readonly privateKeyPath?: string;
}

const CLUSTER_TAG = 'EKSClusterARN';

/** How machines outside AWS authenticate to AWS. */
export class HybridCredentials {
  /**
   * With an activation of AWS Systems Manager: no certificates; nodes get names such as `mi-0123456789abcdef0`.
   * CloudFormation cannot create activations, and the code is a secret, so the output `ActivationCommand` is the
   * command with which an operator creates one, valid for a day.
   *
   * @throws Error when registrationLimit is out of bounds
   */
  public static systemsManager(options: SystemsManagerCredentialsOptions = {}): HybridCredentials {
    return atPlace('HybridCredentials.systemsManager', () => {
      const { registrationLimit = 10 } = options;
      requireWhole('registrationLimit', registrationLimit, { min: 1, max: 1000 });
      return new HybridCredentials((scope, cluster) => bySystemsManager(scope, cluster, registrationLimit));
    });
  }

  /**
   * With certificates of your own authority (IAM Roles Anywhere). The outputs `TrustAnchorArn`, `ProfileArn` and
   * `RoleArn` are the values of the placeholders in the configuration.
   *
   * @throws Error when sessionDuration is out of bounds, or a path is not absolute
   */
  public static rolesAnywhere(options: RolesAnywhereCredentialsOptions): HybridCredentials {
    return atPlace('HybridCredentials.rolesAnywhere', () => {
      const {
        sessionDuration = Duration.hours(1),
        certificatePath = '/etc/iam/pki/server.pem',
        privateKeyPath = '/etc/iam/pki/server.key',
      } = options;
      requireSeconds('sessionDuration', sessionDuration, { min: 900, max: 43_200, expected: '15 minutes to 12 hours' });
      Object.entries({ certificatePath, privateKeyPath }).forEach(([property, path]) => {
        if (Token.isUnresolved(path) || !/^\/[^\s]+$/.test(path)) {
          throw new Error(`${property}: got ${shown(path)}, expected the absolute path of a file on the machines`);
        }
      });
      return new HybridCredentials((scope, cluster) =>
        byCertificate(scope, cluster, options.authority, sessionDuration, { certificatePath, privateKeyPath }),
      );
    });
  }

  private constructor(
    /**
     * Creates the role of the machines and returns its part of their configuration.
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
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnEquals: { 'aws:SourceArn': `arn:${partition}:ssm:${region}:${account}:*` },
      },
    }),
    managedPolicies: managedPolicies('AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'),
  });
  nodeStatements(cluster).forEach((statement) => role.addToPolicy(statement));
  // Listing has no resources to name; a machine may deregister only if it belongs to an activation of this cluster.
  role.addToPolicy(new iam.PolicyStatement({ actions: ['ssm:DescribeInstanceInformation'], resources: ['*'] }));
  role.addToPolicy(new iam.PolicyStatement({
    actions: ['ssm:DeregisterManagedInstance'],
    resources: [`arn:${partition}:ssm:${region}:${account}:managed-instance/*`],
    conditions: { StringEquals: { [`ssm:resourceTag/${CLUSTER_TAG}`]: cluster.clusterArn } },
  }));
  const command = [
    'aws ssm create-activation',
    `--region ${region}`,
    `--iam-role ${role.roleName}`,
    `--registration-limit ${registrationLimit}`,
    `--tags Key=${CLUSTER_TAG},Value=${cluster.clusterArn}`,
  ];
  new CfnOutput(scope, 'ActivationCommand', {
    value: command.join(' '),
    description: 'Creates the activation with which machines register, valid for a day',
  });
  return { role, provider: 'ssm', hybrid: { ssm: { activationCode: '${ACTIVATION_CODE}', activationId: '${ACTIVATION_ID}' } } };
}

interface CertificatePaths {
  readonly certificatePath: string;
  readonly privateKeyPath: string;
}

function byCertificate(
  scope: Construct,
  cluster: eks.ICluster,
  authority: CertificateAuthority,
  sessionDuration: Duration,
  paths: CertificatePaths,
): NodeCredentials {
  const name = Names.uniqueResourceName(scope, { maxLength: 60, separator: '-' });
  const anchor = new rolesanywhere.CfnTrustAnchor(scope, 'TrustAnchor', { name, enabled: true, source: authority._source });
  const holder = (conditions: Record<string, unknown>) =>
    new iam.ServicePrincipal('rolesanywhere.amazonaws.com', {
      conditions: { ArnEquals: { 'aws:SourceArn': anchor.attrTrustAnchorArn }, ...conditions },
    });
  const role = new iam.Role(scope, 'Role', {
    description: 'Machines outside AWS that are nodes of the cluster',
    // A machine can only be the node that its certificate names.
    assumedBy: holder({ StringEquals: { 'sts:RoleSessionName': '${aws:PrincipalTag/x509Subject/CN}' } }),
    maxSessionDuration: sessionDuration.toHours({ integral: false }) > 1 ? sessionDuration : Duration.hours(1),
    managedPolicies: managedPolicies('AmazonEC2ContainerRegistryPullOnly'),
  });
  role.assumeRolePolicy!.addStatements(
    new iam.PolicyStatement({ actions: ['sts:TagSession', 'sts:SetSourceIdentity'], principals: [holder({})] }),
  );
  nodeStatements(cluster).forEach((statement) => role.addToPolicy(statement));
  const profile = new rolesanywhere.CfnProfile(scope, 'Profile', {
    name,
    enabled: true,
    roleArns: [role.roleArn],
    durationSeconds: sessionDuration.toSeconds(),
    acceptRoleSessionName: true,
  });
  Object.entries({ TrustAnchorArn: anchor.attrTrustAnchorArn, ProfileArn: profile.attrProfileArn, RoleArn: role.roleArn }).forEach(
    ([id, value]) => new CfnOutput(scope, id, { value }),
  );
  const placeholders = {
    nodeName: '${NODE_NAME}',
    trustAnchorArn: '${TRUST_ANCHOR_ARN}',
    profileArn: '${PROFILE_ARN}',
    roleArn: '${ROLE_ARN}',
  };
  return { role, provider: 'iam-ra', hybrid: { iamRolesAnywhere: { ...placeholders, ...paths } } };
}

function managedPolicies(...names: string[]): iam.IManagedPolicy[] {
  return names.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name));
}

/** What nodeadm and the Pod Identity agent request from EKS. */
function nodeStatements({ clusterArn }: eks.ICluster): readonly iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['eks:DescribeCluster', 'eks:ListAccessEntries', 'eks-auth:AssumeRoleForPodIdentity'],
      resources: [clusterArn],
    }),
  ];
}
