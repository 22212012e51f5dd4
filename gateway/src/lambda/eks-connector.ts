/**
 * Custom resource: registers a cluster outside AWS with Amazon EKS (EKS Connector). The activation, with which the cluster's agents sign in
 * once,
 * goes to Secrets Manager and nowhere else. It ends after three days: the next deployment that changes anything here registers again.
 */
import { DeregisterClusterCommand, DescribeClusterCommand, RegisterClusterCommand } from '@aws-sdk/client-eks';
import type { Cluster, EKSClient } from '@aws-sdk/client-eks';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { OWNER_TAG } from '../../contract.ts';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';
import { readSecretDocument, writeSecretDocument } from './secret-documents.ts';

interface EksConnectorClients {
  readonly eks: EKSClient;
  readonly secrets: SecretsManagerClient;
}

/** What passes outside: given, so that tests need not wait. */
interface Clock {
  now(): Date;
  pause(ms: number): Promise<void>;
}

const SYSTEM_CLOCK: Clock = { now: () => new Date(), pause: (ms) => new Promise((resume) => setTimeout(resume, ms)) };

/**
 * New roles are known everywhere after some seconds; a name is free some seconds after a cluster was deregistered. Lambda ends the function
 * at 120 s.
 */
const PATIENCE_MS = 45_000;
const PAUSE_MS = 3_000;

/**
 * Properties: `ClusterName`, `RoleArn`, `Region`, `SecretArn`; `Registration` is there to be changed. Attributes: `ClusterArn`,
 * `ActivationExpiry`.
 */
export async function eksConnector(event: CustomResourceEvent, clients: EksConnectorClients,
  clock = SYSTEM_CLOCK): Promise<CustomResourceResult> {
  const name = textProperty(event, 'ClusterName');
  const physicalId = eksConnectorId(event);
  const present = await describe(clients.eks, name);
  const isOurs = present?.tags?.[OWNER_TAG] === event.StackId;
  if (event.RequestType === 'Delete') {
    if (isOurs) await deregister(clients.eks, name);
    return { physicalId };
  }
  if (present && !isOurs) {
    throw new Error(`EKS knows a cluster ${name} in this region already, and this stack did not register it: `
    + 'choose another clusterName, or remove that one');
  }
  if (present && await isUsable(event, present, clients.secrets, clock)) return { physicalId, attributes: publicPart(present) };
  if (present) await deregisterAndWait(clients.eks, name, clock);
  return { physicalId, attributes: publicPart(await register(event, name, clients, clock)) };
}

export function eksConnectorId(event: CustomResourceEvent): string {
  return `eks-connector/${textProperty(event, 'ClusterName')}`;
}

/** Connected, or still waiting for the agents with an activation that the secret holds and that has not ended. */
async function isUsable(event: CustomResourceEvent, { status, connectorConfig }: Cluster, secrets: SecretsManagerClient,
  clock: Clock): Promise<boolean> {
  if (connectorConfig?.roleArn !== textProperty(event, 'RoleArn')) return false;
  if (status === 'ACTIVE') return true;
  const kept = await readSecretDocument(secrets, textProperty(event, 'SecretArn'));
  return kept?.id !== undefined && kept.id === connectorConfig.activationId
    && (connectorConfig.activationExpiry ?? new Date(0)) > clock.now();
}

async function register(event: CustomResourceEvent, name: string, { eks, secrets }: EksConnectorClients, clock: Clock): Promise<Cluster> {
  const secretArn = textProperty(event, 'SecretArn');
  const cluster = await registered(event, name, eks, clock);
  try {
    const { activationId, activationCode } = cluster.connectorConfig ?? {};
    if (!activationId || !activationCode) throw new Error(`EKS gave no activation for the cluster ${name}`);
    await writeSecretDocument(secrets, secretArn, { id: activationId, code: activationCode, region: textProperty(event, 'Region') });
    return cluster;
  } catch (error) {
    // The code is lost now, and a registration without it is useless; leaving it is the smaller problem.
    await deregister(eks, name).catch(() => undefined);
    throw error;
  }
}

async function registered(event: CustomResourceEvent, name: string, eks: EKSClient, clock: Clock): Promise<Cluster> {
  const command = new RegisterClusterCommand({
    name,
    connectorConfig: { provider: 'EKS_ANYWHERE', roleArn: textProperty(event, 'RoleArn') },
    tags: { [OWNER_TAG]: event.StackId },
  });
  const { cluster } = await patiently(clock, isNotYet, () => eks.send(command)).catch((error: unknown) => {
    throw explained(error);
  });
  if (!cluster) throw new Error(`EKS gave no answer about the cluster ${name}`);
  return cluster;
}

/** IAM tells the regions of a new role one after the other, and a name that was just given up is not free at once. */
function isNotYet(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ResourcePropagationDelayException' || name === 'ResourceInUseException'
    || (name === 'InvalidRequestException' && /not existing role/i.test(message));
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes('AWSServiceRoleForAmazonEKSConnector')) return error;
  return new Error('the role of the service is missing; make it once for the account: aws iam create-service-linked-role '
    + '--aws-service-name eks-connector.amazonaws.com', { cause: error });
}

async function describe(eks: EKSClient, name: string): Promise<Cluster | undefined> {
  try {
    return (await eks.send(new DescribeClusterCommand({ name }))).cluster;
  } catch (error) {
    if (isUnknown(error)) return undefined;
    throw error;
  }
}

async function deregister(eks: EKSClient, name: string): Promise<void> {
  try {
    await eks.send(new DeregisterClusterCommand({ name }));
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
}

async function deregisterAndWait(eks: EKSClient, name: string, clock: Clock): Promise<void> {
  await deregister(eks, name);
  await patiently(clock, (error) => error instanceof StillThere, async () => {
    if (await describe(eks,
      name)) throw new StillThere(`EKS still knows the cluster ${name} after it was deregistered: deploy again in some minutes`);
  });
}

class StillThere extends Error {}

function isUnknown(error: unknown): boolean {
  return (error as Error).name === 'ResourceNotFoundException';
}

async function patiently<T>(clock: Clock, isWorthAnotherTry: (error: unknown) => boolean, attempt: () => Promise<T>): Promise<T> {
  const deadline = clock.now().getTime() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isWorthAnotherTry(error) || clock.now().getTime() + PAUSE_MS > deadline) throw error;
      await clock.pause(PAUSE_MS);
    }
  }
}

/** What the console may show: the activation is not part of it. */
function publicPart({ arn, connectorConfig }: Cluster): Record<string, string> {
  return { ClusterArn: arn ?? '', ActivationExpiry: connectorConfig?.activationExpiry?.toISOString() ?? '' };
}
