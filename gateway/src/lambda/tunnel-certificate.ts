/**
 * Custom resource: the certificate that both ends of a tunnel share, kept in a secret as `{certificate, privateKey}` (PEM).
 * A certificate that is in use is never replaced: every data plane would lose its tunnel. One that is rotated gets its successor announced.
 */
import { X509Certificate } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { announced, servingPair } from './certificate-window.ts';
import type { CertificatePlan } from './certificate-window.ts';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';
import { readSecretDocument, writeSecretDocument } from './secret-documents.ts';
import type { SecretDocument } from './secret-documents.ts';

/**
 * Properties: `SecretArn`, `CommonName`, `ValidDays`, and `Rotates`, which is `true` where a schedule turns the certificate. Delete does
 * nothing: the key goes with the
 * secret, which the stack owns.
 */
export async function tunnelCertificate(event: CustomResourceEvent, client: SecretsManagerClient,
  now = new Date()): Promise<CustomResourceResult> {
  const physicalId = tunnelCertificateId(event);
  if (event.RequestType === 'Delete') return { physicalId };
  const secretArn = textProperty(event, 'SecretArn');
  const commonName = textProperty(event, 'CommonName');
  const before = await readSecretDocument(client, secretArn);
  const plan = { commonName, days: Number(textProperty(event, 'ValidDays')), now };
  const wanted = event.ResourceProperties.Rotates === 'true' ? await announced(before ?? {}, plan) : await kept(before, plan);
  if (JSON.stringify(wanted) !== JSON.stringify(before)) await writeSecretDocument(client, secretArn, wanted);
  const certificate = new X509Certificate(wanted.certificate!);
  // The fingerprint is public; a changed one shows stacks and people that a new certificate is in use.
  return { physicalId, attributes: { Fingerprint: certificate.fingerprint256, ValidTo: new Date(certificate.validTo).toISOString() } };
}

export function tunnelCertificateId(event: CustomResourceEvent): string {
  return `${textProperty(event, 'SecretArn')}#tunnel-certificate`;
}

/** A certificate that serves, with whatever is kept beside it. */
async function kept(document: SecretDocument | undefined, plan: CertificatePlan): Promise<SecretDocument> {
  if (document && servingPair(document, plan)) return document;
  const { certificate, key } = await createSelfSignedCertificate({ commonName: plan.commonName, days: plan.days, notBefore: plan.now });
  return { certificate, privateKey: key };
}
