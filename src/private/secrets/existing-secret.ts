import { Stack, Token } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** What names in Secrets Manager consist of. Scripts of machines contain them. */
const NAME = /^[\w/+=.@-]{1,512}$/;

/**
 * Name of an existing secret. Files that are applied on sites contain it, so it must be known at synth.
 *
 * @throws Error that names the property
 */
export function requireKnownName(property: string, secret: ISecret): string {
  const secretName = givenName(secret) ?? secret.secretName;
  if (!Token.isUnresolved(secretName)) {
    if (NAME.test(secretName)) return secretName;
    throw new Error(
      `${property}: got a secret named ${JSON.stringify(secretName)}, expected a name of Secrets Manager: 1 to 512 letters, digits and `
        + '/_+=.@-',
    );
  }
  throw new Error(
    `${property}: the secret's name is known only after deployment, expected a literal: import it with `
      + 'Secret.fromSecretNameV2, or give the Secret a secretName',
  );
}

/** Of a secret that this app makes: CDK's own property is an expression even where the name was given. */
function givenName(secret: ISecret): string | undefined {
  const resource = secret.node.defaultChild;
  return resource instanceof CfnSecret ? resource.name : undefined;
}

/**
 * Planes are granted a secret by its name, in the place of the stack where it is made or imported.
 *
 * @throws Error that names the property
 */
export function requireSamePlace(property: string, secret: ISecret): void {
  const stack = Stack.of(secret);
  for (const kind of ['account', 'region'] as const) {
    const [got, expected] = [secret.env[kind], stack[kind]];
    if (got === expected || Token.isUnresolved(got) || Token.isUnresolved(expected)) continue;
    const fix = {
      region: 'import it in a stack of that region, or replicate it',
      account: 'planes read secrets of their own account; copy it there',
    };
    throw new Error(
      `${property}: the secret is in ${kind} ${got}, but imported in stack ${stack.node.path} of ${kind} ${expected}, `
        + `expected the same: ${fix[kind]}`,
    );
  }
}
