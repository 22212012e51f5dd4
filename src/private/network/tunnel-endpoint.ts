import { Token } from 'aws-cdk-lib';
import { refuseSecret } from '../secrets/secret-text';

const HOST = '(?:[a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?';
const ENDPOINT = new RegExp(`^${HOST}:([0-9]{1,5})$`, 'i');
const NAME = new RegExp(`^${HOST}$`, 'i');

/**
 * `host:port`, as the tunnel's settings take it.
 *
 * @throws Error that names the property
 */
export function requireEndpoint(property: string, endpoint: string): void {
  refuseSecret(property, endpoint);
  if (Token.isUnresolved(endpoint)) return;
  const port = Number(ENDPOINT.exec(endpoint)?.pop());
  if (port >= 1 && port <= 65535) return;
  throw new Error(
    `${property}: got ${JSON.stringify(endpoint)}, expected host:port without a scheme or path, such as control-plane.acme.example:8005`,
  );
}

/** @throws Error that names the property */
export function requireServerName(property: string, name: string | undefined): void {
  if (name === undefined) return;
  refuseSecret(property, name);
  if (Token.isUnresolved(name) || NAME.test(name)) return;
  throw new Error(`${property}: got ${JSON.stringify(name)}, expected the name in a certificate, such as control-plane.acme.example`);
}
