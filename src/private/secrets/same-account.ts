import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Another account would need a key and a policy of its own on every secret.
 *
 * @param place what the plane runs on, such as `cluster`
 * @param owner what is read
 * @throws Error that names the property
 */
export function requireSameAccount(place: string, owner: { readonly stack: Stack }, plane: Construct): void {
  const [{ account: secrets }, { account }] = [owner.stack, Stack.of(plane)];
  if (secrets === account || Token.isUnresolved(secrets) || Token.isUnresolved(account)) return;
  throw new Error(
    `target: the ${place} is in account ${account}, expected ${secrets}, where the plane's secrets are: choose a `
      + `${place} of that account, or declare the plane in an app for` +
      ` ${account} with GatewayControlPlane.fromAttributes() and secrets of its own`,
  );
}
