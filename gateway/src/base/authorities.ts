/** Authorities that a node trusts, as `KONG_LUA_SSL_TRUSTED_CERTIFICATE` lists them. */
import { getCACertificates } from 'node:tls';

/** @param trusted PEM, or `system` for the authorities of the machine; those that Node.js carries when the machine has none */
export function authoritiesOf(trusted: readonly string[]): readonly string[] {
  return trusted.flatMap((entry) => (entry === 'system' ? systemAuthorities() : [entry]));
}

function systemAuthorities(): readonly string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? system : getCACertificates('bundled');
}
