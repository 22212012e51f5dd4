/** Secrets Manager secrets whose text is a JSON document. */
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

export type SecretDocument = Readonly<Record<string, string>>;

/** The document that a secret holds; `undefined` when it holds nothing yet, or something else. */
export async function readSecretDocument(client: SecretsManagerClient, secretId: string): Promise<SecretDocument | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return parseSecretDocument(SecretString);
  } catch (error) {
    // A secret without a value answers this; a secret that does not exist does as well, and then writing says so.
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

export async function writeSecretDocument(client: SecretsManagerClient, secretId: string, document: SecretDocument): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(document) }));
}

/** `undefined` for what is no document of texts. */
export function parseSecretDocument(text: string | undefined): SecretDocument | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.values(value).every((field) => typeof field === 'string') ? value as SecretDocument : undefined;
  } catch {
    return undefined;
  }
}
