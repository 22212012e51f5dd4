/** The current values of a secret, kept for a while. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseSecretDocument } from './secret-documents.ts';

const STAGES = ['AWSCURRENT', 'AWSPREVIOUS'];

/** @param keptMs how long an answer is used */
export function secretTokens(client: SecretsManagerClient, secretId: string, property: string, keptMs = 60_000, now = Date.now): () =>
Promise<readonly string[]> {
  let kept: { readonly until: number; readonly tokens: readonly string[] } | undefined;
  return async () => {
    if (kept && kept.until > now()) return kept.tokens;
    const tokens = (await Promise.all(STAGES.map((stage) => tokenOf(client, secretId, stage, property)))).filter((token) =>
      token !== undefined);
    if (tokens.length === 0) throw new Error(`the secret ${secretId} has no property ${property}`);
    kept = { until: now() + keptMs, tokens };
    return tokens;
  };
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
