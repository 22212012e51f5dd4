/** Reads secrets of AWS Secrets Manager with the region and credentials of the environment. */
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';

/**
 * The text of a secret, or why there is none.
 *
 * @throws CommandFailure (exit code 69) when Secrets Manager does not answer, or not to these credentials
 */
export async function readSecret(name: string): Promise<{ readonly value: string } | { readonly missing: string }> {
  // On demand: most hardware files name no secret, and the client is large.
  const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ maxAttempts: 3 });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return SecretString === undefined ? { missing: `the secret '${name}' as text; it is binary` } : { value: SecretString };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return { missing: `the secret '${name}', which Secrets Manager does not know in this account and region` };
    }
    throw new CommandFailure(`Secrets Manager refused to give the secret '${name}': ${messageOf(error)}`, 'unavailable', { cause: error });
  } finally {
    client.destroy();
  }
}
