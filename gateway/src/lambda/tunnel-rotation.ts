/**
 * Rotation of the shared certificate of a tunnel by AWS Secrets Manager. Each step may come again, also after a later one.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
import {
  DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SHARED_TUNNEL_SERVER_NAME } from '../../contract.ts';
import { checkWindow, turned } from './certificate-window.ts';
import type { CertificatePlan } from './certificate-window.ts';
import { parseSecretDocument } from './secret-documents.ts';
import type { SecretDocument } from './secret-documents.ts';

export interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  /** Id of the version that this rotation makes. */
  readonly ClientRequestToken: string;
}

const CURRENT = 'AWSCURRENT';
const PENDING = 'AWSPENDING';

type Step = (turn: Turn) => Promise<void>;

interface Turn {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly token: string;
  readonly plan: CertificatePlan;
}

const STEPS: Readonly<Record<string, Step>> = {
  createSecret: create,
  // There is no service to tell: nodes read the secret.
  setSecret: () => Promise.resolve(),
  testSecret: test,
  finishSecret: finish,
};

/** @throws Error that names what is wrong; Secrets Manager tries again, and the current certificate stays */
export async function tunnelRotation(event: RotationEvent, client: SecretsManagerClient, validDays: number,
  now = new Date()): Promise<void> {
  console.log(JSON.stringify({ step: event.Step, secret: event.SecretId, version: event.ClientRequestToken }));
  const step = Object.hasOwn(STEPS, event.Step) ? STEPS[event.Step] : undefined;
  if (step === undefined) throw new Error(`Step: got ${JSON.stringify(event.Step)}, expected one of ${Object.keys(STEPS).join(', ')}`);
  if (!Number.isInteger(validDays) || validDays < 1) throw new Error(`VALID_DAYS: got ${validDays}, expected a whole number of days`);
  await step({
    client, secretId: event.SecretId, token: event.ClientRequestToken,
    plan: { commonName: SHARED_TUNNEL_SERVER_NAME, days: validDays, now },
  });
}

async function create({ client, secretId, token, plan }: Turn): Promise<void> {
  if (await versionDocument(client, secretId, PENDING, token)) return;
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: CURRENT }));
  const document = parseSecretDocument(SecretString);
  if (document === undefined) throw new Error('the secret holds no JSON document; expected the one that the stack made');
  const next = await turned(document, plan);
  await client.send(new PutSecretValueCommand({
    SecretId: secretId, ClientRequestToken: token, SecretString: JSON.stringify(next),
    VersionStages: [PENDING],
  }));
}

/** When a schedule is set up, Secrets Manager tests with a version that holds nothing. */
async function test({ client, secretId, token, plan }: Turn): Promise<void> {
  const document = await versionDocument(client, secretId, PENDING, token);
  if (document !== undefined) checkWindow(document, plan);
}

async function finish({ client, secretId, token }: Turn): Promise<void> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
  const current = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(CURRENT))?.[0];
  if (current === token) return;
  await client.send(new UpdateSecretVersionStageCommand({
    SecretId: secretId, VersionStage: CURRENT, MoveToVersionId: token,
    RemoveFromVersionId: current,
  }));
}

async function versionDocument(client: SecretsManagerClient, secretId: string, stage: string,
  token: string): Promise<SecretDocument | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage, VersionId: token }));
    return parseSecretDocument(SecretString);
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
