/**
 * A shared certificate that is rotated, as a secret's document: the current pair, the next pair, and the certificates that the peer may
 * present
 * meanwhile. Every node has the time between two rotations to follow: the next certificate is accepted before a node presents it, and the
 * previous one after.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import type { SecretDocument } from './secret-documents.ts';

export interface CertificatePlan {
  readonly commonName: string;
  readonly days: number;
  readonly now: Date;
}

interface Pair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The current pair, if it is one for this name and has not expired. */
export function servingPair(document: SecretDocument | undefined, plan: Pick<CertificatePlan, 'commonName' | 'now'>): Pair | undefined {
  return serving(document?.certificate, document?.privateKey, plan);
}

/** The same current pair, with a next one announced. One that has been announced already stays. */
export async function announced(document: SecretDocument, plan: CertificatePlan): Promise<SecretDocument> {
  const current = servingPair(document, plan) ?? await makePair(plan);
  return window(current, nextPair(document, plan) ?? await makePair(plan), document.accepted);
}

/** The document after the next rotation: the announced pair is current, another one is announced, and the previous pair stays accepted. */
export async function turned(document: SecretDocument, plan: CertificatePlan): Promise<SecretDocument> {
  const next = nextPair(document, plan);
  // Peers reject a certificate that was not announced: a rotation without one announces it, and the rotation after that puts it into use.
  if (next === undefined) return announced(document, plan);
  const previous = servingPair(document, plan);
  return window(next, await makePair(plan), previous?.certificate);
}

/** @throws Error that says what is wrong, without the document */
export function checkWindow(document: SecretDocument | undefined, plan: CertificatePlan): void {
  const [current, next] = [servingPair(document, plan), document && nextPair(document, plan)];
  const missing = current === undefined ? 'current pair' : next === undefined ? 'announced pair' : undefined;
  if (missing !== undefined) {
    throw new Error(`the secret holds no ${missing} for ${plan.commonName} that is good now; expected one that `
    + 'the function made');
  }
  if (![current!, next!].every(({ certificate }) =>
    document!.accepted?.includes(certificate.trim()))) throw new Error('the secret does not accept the certificates that it announces');
}

function nextPair(document: SecretDocument, plan: CertificatePlan): Pair | undefined {
  return serving(document.nextCertificate, document.nextPrivateKey, plan);
}

/** @param earlier certificates that may still be shown, as PEM */
function window(current: Pair, next: Pair, earlier = ''): SecretDocument {
  const accepted = new Set([current.certificate, next.certificate, ...certificatesIn(earlier)].map((pem) => `${pem.trim()}\n`));
  return { ...current, nextCertificate: next.certificate, nextPrivateKey: next.privateKey, accepted: [...accepted].join('') };
}

function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

async function makePair({ commonName, days, now }: CertificatePlan): Promise<Pair> {
  const { certificate, key } = await createSelfSignedCertificate({ commonName, days, notBefore: now });
  return { certificate, privateKey: key };
}

function serving(certificate: string | undefined, privateKey: string | undefined, { commonName, now }: Pick<CertificatePlan,
  'commonName' | 'now'>): Pair | undefined {
  if (!certificate || !privateKey) return undefined;
  try {
    const parsed = new X509Certificate(certificate);
    const fits = parsed.subject === `CN=${commonName}` && parsed.checkPrivateKey(createPrivateKey(privateKey));
    return fits && new Date(parsed.validTo) > now ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}
