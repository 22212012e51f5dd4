/**
 * AWS Secrets Manager, with the credentials that the SDK's default chain finds: environment, IRSA (web identity), profiles with
 * `credential_process` as Roles Anywhere writes them, ECS and EKS Pod Identity, instances.
 */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { SecretMissing } from './secret-source.ts';
import type { SecretSource } from './secret-source.ts';

interface AwsConfig {
  readonly region?: string | null | undefined;
  readonly endpoint_url?: string | null | undefined;
}

/** Kong's numbers for the two labels that Secrets Manager keeps. */
const STAGES: Readonly<Record<string, string>> = { 1: 'AWSCURRENT', 2: 'AWSPREVIOUS' };

export function awsSource({ region, endpoint_url: endpoint }: AwsConfig): SecretSource {
  let client: SecretsManagerClient | undefined;
  return {
    name: `AWS Secrets Manager${region ? ` in ${region}` : ''}`,
    fetch: async (secret, version, signal) => {
      // Loaded by nodes that have such a vault only.
      const sdk = await import('@aws-sdk/client-secrets-manager');
      client ??= new sdk.SecretsManagerClient({ ...region && { region }, ...endpoint && { endpoint }, maxAttempts: 2 });
      const stage = version === undefined ? {} : stageOf(version);
      try {
        const answer = await client.send(new sdk.GetSecretValueCommand({ SecretId: secret, ...stage }), { abortSignal: signal });
        if (answer.SecretString !== undefined) return answer.SecretString;
        if (answer.SecretBinary !== undefined) return Buffer.from(answer.SecretBinary).toString('utf8');
        throw new SecretMissing(`the secret ${secret} has no value`);
      } catch (error) {
        if (error instanceof SecretMissing) throw error;
        const { name, message } = error as Error;
        if (name === 'ResourceNotFoundException') throw new SecretMissing(`there is no secret ${secret}`, { cause: error });
        throw new Error(`${name}: ${message}`, { cause: error });
      }
    },
    close: () => client?.destroy(),
  };
}

function stageOf(version: string): { readonly VersionStage?: string; readonly VersionId?: string } {
  return Object.hasOwn(STAGES, version) ? { VersionStage: STAGES[version]! } : { VersionId: version };
}
