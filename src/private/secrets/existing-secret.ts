import { Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/**
 * Name of a secret that somebody else made. It stands in files that are applied on sites, so it has to be known at synth.
 *
 * @throws Error that names the property
 */
export function requireKnownName(property: string, secret: ISecret): string {
  const { secretName } = secret;
  if (!Token.isUnresolved(secretName)) return secretName;
  throw new Error(`${property}: the secret's name is known only after deployment, expected a literal: import it with Secret.fromSecretNameV2, or give the Secret a secretName`);
}
