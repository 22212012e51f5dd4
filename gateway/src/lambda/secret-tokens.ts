/** The current values of a secret, kept for a while. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseSecretDocument } from './secret-documents.ts';

const STAGES = ['AWSCURRENT', 'AWSPREVIOUS'];

/** How long the last known values are used before they are read again, after an attempt that failed. */
const RETRY_MS = 5_000;

/**
 * The current values, and the last known ones as long as Secrets Manager cannot be asked.
 *
 * @param keptMs how long an answer is used
 */
export function secretTokens(
  client: SecretsManagerClient, secretId: string, property: string, keptMs = 60_000, now = Date.now,
): () => Promise<readonly string[]> {
  let kept: { readonly until: number; readonly tokens: readonly string[] } | undefined;
  return async () => {
    if (kept && kept.until > now()) return kept.tokens;
    try {
      kept = { until: now() + keptMs, tokens: await read(client, secretId, property) };
    } catch (error) {
      if (kept === undefined) throw error;
      console.error(JSON.stringify({ unreadable: secretId, reason: String(error) }));
      kept = { ...kept, until: now() + RETRY_MS };
    }
    return kept.tokens;
  };
}

async function read(client: SecretsManagerClient, secretId: string, property: string): Promise<readonly string[]> {
  const values = await Promise.all(STAGES.map((stage) => tokenOf(client, secretId, stage, property)));
  const tokens = values.filter((token) => token !== undefined);
  if (tokens.length === 0) throw new Error(`the secret ${secretId} has no property ${property}`);
  return tokens;
}

async function tokenOf(client: SecretsManagerClient, secretId: string, stage: string, property: string): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
    // Not JSON.parse: its errors quote what they could not read, and Lambda logs them.
    return parseSecretDocument(SecretString)?.[property] || undefined;
  } catch (error) {
    // A secret that was never changed has no version before this one.
    if ((error as Error).name === 'ResourceNotFoundException' && stage === 'AWSPREVIOUS') return undefined;
    throw error;
  }
}
