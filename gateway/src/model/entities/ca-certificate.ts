/** Certificates of authorities, which services and plugins verify other certificates against. */
import { X509Certificate } from 'node:crypto';

import { certificatesIn, digestOfCertificate } from '../formats/pem.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntityValue } from '../schema/field.ts';
import { string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const caCertificate = defineEntity({
  name: 'ca_certificates',
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    cert: string({ ...typedefs.certificate, required: true, description: 'Certificate of the authority in PEM format, without others.' }),
    cert_digest: string({ unique: true, description: 'SHA-256 of the certificate in hexadecimal digits. The gateway computes it.' }),
    tags: typedefs.tags,
  },
  transformations: [{ input: ['cert'], onWrite: ({ cert }) => ({ cert_digest: digestOfCertificate(cert as string) }) }],
  entity_checks: [{ custom_entity_check: { field_sources: ['cert'], fn: authorityViolation } }],
});

export type CaCertificate = EntityOf<typeof caCertificate>;
export type CaCertificateRow = RowOf<typeof caCertificate>;

function authorityViolation(entity: EntityValue): Readonly<Record<string, string>> | undefined {
  const pem = entity.cert as string;
  if (certificatesIn(pem) > 1) return { '@entity': 'please submit only one certificate at a time' };
  const certificate = new X509Certificate(pem);
  if (Date.parse(certificate.validTo) < Date.now()) return { '@entity': 'certificate expired, "Not After" time is in the past' };
  return certificate.ca
    ? undefined : { '@entity': 'certificate does not appear to be a CA because it is missing the "CA" basic constraint' };
}
