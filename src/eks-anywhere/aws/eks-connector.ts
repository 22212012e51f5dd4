import { CustomResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { toYaml } from '../../eksa/yaml/emit';
import { OWNER_TAG } from '../../private/contract';
import { requireWhole } from '../../private/input/numbers';
import { atPlace, shown } from '../../private/input/place';
import { requireStack } from '../../private/input/stack-scope';
import { requireObjectName } from '../../private/kubernetes/names';
import { CustomResourceFunction } from '../../private/lambda-function';
import { PolicyPack } from '../../private/policy/policy-pack';
import { secretName } from '../../private/secrets/names';
import { SERVICE_TIMEOUT } from '../../private/service-timeouts';
import type { EksAnywhereCluster } from '../eks-anywhere-cluster';
import { connectorObjects } from '../private/connector-objects';
import { refuseTokens } from '../token-refusal';

/** Properties of `EksConnector`. */
export interface EksConnectorProps {
  /** The cluster to register. */
  readonly cluster: EksAnywhereCluster;

  /**
   * Name in Amazon EKS, unique in account and region: at most 100 letters, digits, '-' and '_'. Changing it registers
   * the cluster again.
   *
   * @default - the cluster's name
   */
  readonly registeredName?: string;

  /**
   * Increase it when the activation expired (after three days) before the agents signed in: the next deployment registers
   * the cluster again. A connected cluster stays connected.
   *
   * @default 1
   */
  readonly registration?: number;

  /**
   * ARNs of the IAM users and roles that see the cluster's objects (not its Secrets) in the console of Amazon EKS. They need
   * `eks:AccessKubernetesApi`, `eks:DescribeCluster` and `eks:ListClusters`, too.
   *
   * @default - none: the console shows only that the cluster exists
   */
  readonly consoleUsers?: string[];

  /**
   * ClusterSecretStore of the External Secrets Operator on the site that reads AWS Secrets Manager in this stack's
   * region, to fetch the activation.
   *
   * @default - none: create the Secret yourself, as docs/eks-anywhere-surroundings.md shows
   */
  readonly secretStore?: string;

  /**
   * Image of the connector; for sites with a mirror.
   *
   * @default 'public.ecr.aws/eks-connector/eks-connector:0.0.11'
   */
  readonly connectorImage?: string;

  /**
   * Image of the Systems Manager agent; for sites with a mirror.
   *
   * @default 'public.ecr.aws/amazon-ssm-agent/amazon-ssm-agent:3.2.2222.0'
   */
  readonly agentImage?: string;
}

const REGISTERED_NAME = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
const PRINCIPAL = /^arn:aws[a-z-]*:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/;
const SERVICE = 'eks-connector.amazonaws.com';
const SERVICE_ROLE = `role/aws-service-role/${SERVICE}/AWSServiceRoleForAmazonEKSConnector`;

/**
 * Registers an EKS Anywhere cluster with Amazon EKS, so that the console shows it next to the clusters in AWS.
 *
 * Creates the role of the agents, a secret, and a Lambda function that registers the cluster and puts the activation
 * into that secret, and nowhere else. Writes the agents' manifests to `cdk.out/hybridge/<cluster's
 * id>/eks-connector.yaml`, to be applied on the cluster. Its images run on x86 nodes only.
 */
export class EksConnector extends Construct {
  /** ARN of the registered cluster. */
  public readonly registeredClusterArn: string;

  /** Expiry of the activation in ISO 8601: three days after the registration. Without effect once the agents have signed in. */
  public readonly activationExpiry: string;

  /** Activation id, activation code and region, as a JSON document with `id`, `code` and `region`. */
  public readonly activationSecret: secretsmanager.ISecret;

  /** Role of the agents on the cluster. */
  public readonly agentRole: iam.IRole;

  /**
   * @param scope in the stack whose account and region the cluster is registered in
   * @throws Error that names the invalid property
   */
  constructor(scope: Construct, id: string, props: EksConnectorProps) {
    super(scope, id);
    requireStack(this);
    PolicyPack.watch(this);
    const { cluster, consoleUsers = [], registration = 1 } = props;
    const registeredName = props.registeredName ?? cluster.clusterName;
    atPlace(this, () => requireProps(props, registeredName, registration, consoleUsers));
    const name = atPlace(this, () => secretName(this, cluster.clusterName, 'eks-connector'));
    this.activationSecret = this.makeSecret(name, cluster.clusterName);
    const agentRole = this.makeAgentRole();
    this.agentRole = agentRole;
    const registrar = new CustomResourceFunction(this, 'Registrar', 'eks-connector', this.permissions(registeredName));
    const resource = new CustomResource(this, 'Registration', {
      resourceType: 'Custom::HybridgeEksConnector',
      serviceToken: registrar.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: {
        ClusterName: registeredName,
        RoleArn: agentRole.roleArn,
        Region: Stack.of(this).region,
        SecretArn: this.activationSecret.secretArn,
        Registration: String(registration),
      },
    });
    // The agents need the role's permissions, which CloudFormation creates after the role.
    resource.node.addDependency(agentRole);
    this.registeredClusterArn = resource.getAttString('ClusterArn');
    this.activationExpiry = resource.getAttString('ActivationExpiry');
    atPlace(this, () => cluster._addFile('eks-connector.yaml', () => toYaml(connectorObjects({
      connectorImage: props.connectorImage ?? 'public.ecr.aws/eks-connector/eks-connector:0.0.11',
      agentImage: props.agentImage ?? 'public.ecr.aws/amazon-ssm-agent/amazon-ssm-agent:3.2.2222.0',
      secretName: name,
      secretStore: props.secretStore,
      consoleUsers,
    }))));
  }

  private makeSecret(name: string, cluster: string): secretsmanager.Secret {
    return new secretsmanager.Secret(this, 'Activation', {
      secretName: name,
      description: `Activation of EKS Connector for the cluster ${cluster}`,
      // Never used: the function replaces it before the first read.
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'replaced' },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** https://docs.aws.amazon.com/eks/latest/userguide/connector-iam-role.html */
  private makeAgentRole(): iam.Role {
    const { partition, region, account } = Stack.of(this);
    const clusters = Stack.of(this).formatArn({ service: 'eks', resource: 'cluster', resourceName: '*' });
    return new iam.Role(this, 'AgentRole', {
      assumedBy: new iam.ServicePrincipal('ssm.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnEquals: { 'aws:SourceArn': `arn:${partition}:ssm:${region}:${account}:*` },
        },
      }),
      description: 'Agents of EKS Connector on a cluster outside AWS',
      inlinePolicies: {
        Channels: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({ actions: ['ssmmessages:CreateControlChannel'], resources: [clusters] }),
            // These actions have no resource types.
            new iam.PolicyStatement({
              actions: ['ssmmessages:CreateDataChannel', 'ssmmessages:OpenDataChannel', 'ssmmessages:OpenControlChannel'],
              resources: ['*'],
            }),
          ],
        }),
      },
    });
  }

  private permissions(registeredName: string): iam.PolicyStatement[] {
    const stack = Stack.of(this);
    const cluster = stack.formatArn({ service: 'eks', resource: 'cluster', resourceName: registeredName });
    const serviceRole = stack.formatArn({ service: 'iam', region: '', resource: SERVICE_ROLE });
    return [
      new iam.PolicyStatement({
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        resources: [this.activationSecret.secretArn],
      }),
      new iam.PolicyStatement({ actions: ['eks:DescribeCluster', 'eks:TagResource'], resources: [cluster] }),
      new iam.PolicyStatement({
        actions: ['eks:DeregisterCluster'],
        resources: [cluster],
        conditions: { StringEquals: { [`aws:ResourceTag/${OWNER_TAG}`]: stack.stackId } },
      }),
      // These actions have no resource types.
      new iam.PolicyStatement({ actions: ['eks:RegisterCluster', 'ssm:CreateActivation', 'ssm:DeleteActivation'], resources: ['*'] }),
      // EKS deregisters the agents with the cluster: Systems Manager knows them by its ARN, or as an instance with its tags.
      new iam.PolicyStatement({ actions: ['ssm:DeregisterManagedInstance'], resources: [cluster] }),
      new iam.PolicyStatement({
        actions: ['ssm:DeregisterManagedInstance'],
        resources: [stack.formatArn({ service: 'ssm', resource: 'managed-instance', resourceName: '*' })],
        conditions: { StringEquals: { [`ssm:resourceTag/${OWNER_TAG}`]: stack.stackId } },
      }),
      // Only Systems Manager can assume the role.
      new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [this.agentRole.roleArn] }),
      new iam.PolicyStatement({
        actions: ['iam:CreateServiceLinkedRole'],
        resources: [serviceRole],
        conditions: { StringEquals: { 'iam:AWSServiceName': SERVICE } },
      }),
    ];
  }
}

function requireProps(props: EksConnectorProps, registeredName: string, registration: number, consoleUsers: readonly string[]): void {
  refuseTokens(props);
  if (!REGISTERED_NAME.test(registeredName)) {
    throw new Error(
      `registeredName: got ${shown(registeredName)}, expected at most 100 letters, digits, '-' and '_', beginning with a letter or `
        + 'digit',
    );
  }
  requireWhole('registration', registration, { min: 1 });
  for (const [at, arn] of consoleUsers.entries()) {
    if (!PRINCIPAL.test(arn)) {
      throw new Error(
        `consoleUsers[${at}]: got ${shown(arn)}, expected the ARN of an IAM user or role, such as `
          + 'arn:aws:iam::123456789012:role/operators',
      );
    }
  }
  if (props.secretStore !== undefined) requireObjectName('secretStore', props.secretStore);
}
