import { Token } from 'aws-cdk-lib';
import { refuseSecret } from '../secrets/secret-text';

/**
 * Checks a full host name; a token passes.
 *
 * @param example one that people recognize
 * @throws Error that names the property
 */
export function requireHostname(property: string, hostname: string, example = 'apis.acme.example'): void {
  refuseSecret(property, hostname);
  if (Token.isUnresolved(hostname) || (/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(hostname) && hostname.length <= 253)) {
    return;
  }
  throw new Error(
    `${property}: got ${JSON.stringify(hostname)}, expected a full name in lower case without scheme and port, such as ${example}`,
  );
}
