import { Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/**
 * Name of an existing secret. Files that are applied on sites contain it, so it must be known at synth.
 *
 * @throws Error that names the property
 */
export function requireKnownName(property: string, secret: ISecret): string {
  const { secretName } = secret;
  if (!Token.isUnresolved(secretName)) return secretName;
  throw new Error(
    `${property}: the secret's name is known only after deployment, expected a literal: import it with `
      + 'Secret.fromSecretNameV2, or give the Secret a secretName',
  );
}
