/**
 * Custom resource: the certificate that both ends of a tunnel share, kept in a secret as `{certificate, privateKey}` (PEM).
 * A certificate that serves is never replaced: every data plane would lose its tunnel.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';
import { readSecretDocument, writeSecretDocument } from './secret-documents.ts';
import type { SecretDocument } from './secret-documents.ts';

/** Properties: `SecretArn`, `CommonName`, `ValidDays`. Delete does nothing: the key goes with the secret, which the stack owns. */
export async function tunnelCertificate(event: CustomResourceEvent, client: SecretsManagerClient, now = new Date()): Promise<CustomResourceResult> {
  const secretArn = textProperty(event, 'SecretArn');
  const commonName = textProperty(event, 'CommonName');
  const physicalId = `${secretArn}#tunnel-certificate`;
  if (event.RequestType === 'Delete') return { physicalId };
  const present = serving(await readSecretDocument(client, secretArn), commonName, now);
  const certificate = present ?? await makeCertificate(event, client, secretArn, commonName, now);
  // The fingerprint is public; a changed one tells stacks and people that a new certificate is in force.
  return { physicalId, attributes: { Fingerprint: certificate.fingerprint256, ValidTo: new Date(certificate.validTo).toISOString() } };
}

/** The certificate of the document, if it is a pair for this name and has not ended. */
function serving(document: SecretDocument | undefined, commonName: string, now: Date): X509Certificate | undefined {
  if (!document?.certificate || !document.privateKey) return undefined;
  try {
    const certificate = new X509Certificate(document.certificate);
    const fits = certificate.subject === `CN=${commonName}` && certificate.checkPrivateKey(createPrivateKey(document.privateKey));
    return fits && new Date(certificate.validTo) > now ? certificate : undefined;
  } catch {
    return undefined;
  }
}

async function makeCertificate(
  event: CustomResourceEvent, client: SecretsManagerClient, secretArn: string, commonName: string, now: Date,
): Promise<X509Certificate> {
  const days = Number(textProperty(event, 'ValidDays'));
  const { certificate, key } = await createSelfSignedCertificate({ commonName, days, notBefore: now });
  await writeSecretDocument(client, secretArn, { certificate, privateKey: key });
  return new X509Certificate(certificate);
}
