/** Licence tokens do not become part of a program: it names where they are found. */
import { environmentPlaceholder, parsePlaceholder } from '../hardware/placeholder';
import type { ClusterDocument, Document } from '../model/document';
import type { Expression } from './typescript';
import { LIBRARY, call } from './typescript';

/** The documents with an environment variable in place of a token; another one for each cluster, because licences are. */
export function withLicenseReference(documents: readonly Document[]): readonly Document[] {
  return documents.map((document): Document => {
    const { spec, metadata } = document as ClusterDocument;
    if (document.kind !== 'Cluster' || !spec?.licenseToken || parsePlaceholder(spec.licenseToken)) return document;
    const variable = `EKSA_LICENSE_TOKEN_${(metadata?.name ?? '').replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`;
    return { ...document, spec: { ...spec, licenseToken: environmentPlaceholder(variable) } };
  });
}

/** @param token a placeholder */
export function licenseExpression(token: string): Expression | undefined {
  const reference = parsePlaceholder(token);
  if (!reference) return undefined;
  return reference.source === 'environment'
    ? call('LicenseToken.fromEnvironment', [reference.variable], LIBRARY)
    : call('LicenseToken.fromSecretsManager', [reference.secretName, reference.key], LIBRARY);
}

/** What the person who runs the program must know, one line each. */
export function licenseNotes(token: string | undefined): string[] {
  const reference = parsePlaceholder(token ?? '');
  return reference?.source === 'environment'
    ? ['The licence token is not part of a program: hybridge eksa render takes it from', `  ${reference.variable}`]
    : [];
}
