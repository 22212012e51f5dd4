import { Token } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';

/**
 * Checks that a certificate which the app makes is for a name. What imports are for is not known here.
 *
 * @param property of the certificate
 * @throws Error that names the property
 */
export function requireCertificateFor(property: string, certificate: acm.ICertificate, hostname: string | undefined): void {
  const resource = certificate.node.defaultChild;
  if (hostname === undefined || Token.isUnresolved(hostname) || !(resource instanceof acm.CfnCertificate)) return;
  const names = [resource.domainName, ...resource.subjectAlternativeNames ?? []];
  if (Token.isUnresolved(names) || names.some((name) => Token.isUnresolved(name) || covers(name.toLowerCase(), hostname))) return;
  throw new Error(
    `${property}: is for ${names.join(', ')}, expected one for ${hostname}, which clients look for in it: add it to the certificate's `
      + 'subjectAlternativeNames, or choose another certificate',
  );
}

/** An asterisk stands for one label. */
function covers(name: string, hostname: string): boolean {
  return name === hostname || (name.startsWith('*.') && hostname.replace(/^[^.]+/, '*') === name);
}
