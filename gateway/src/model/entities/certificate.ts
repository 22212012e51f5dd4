/** Certificates with their keys, which listeners present for the server names that refer to them. */
import { isKeyOfCertificate, keyTypeOfCertificate } from '../formats/pem.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntityCheck, EntityValue } from '../schema/field.ts';
import { array, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import { isSecretReference } from '../schema/secret-references.ts';
import * as typedefs from '../schema/typedefs.ts';

export const certificate = defineEntity({
  name: 'certificates',
  addressedBy: { entity: 'snis', field: 'certificate', missing: 'SNI not found' },
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    cert: string({
      ...typedefs.certificate, referenceable: true, required: true,
      description: 'Certificate in PEM format; the intermediate certificates of its chain may follow it.',
    }),
    key: string({
      ...typedefs.key, encrypted: true, referenceable: true, required: true, description: 'Private key of the certificate in PEM format.',
    }),
    cert_alt: string({
      ...typedefs.certificate, referenceable: true, required: false,
      description: 'Second certificate for the same server names, with a key of another type: ECDSA beside RSA.',
    }),
    key_alt: string({
      ...typedefs.key, encrypted: true, referenceable: true, required: false,
      description: 'Private key of the second certificate in PEM format.',
    }),
    tags: typedefs.tags,
    snis: array(typedefs.wildcardHost, {
      required: false, transient: true, description: 'Server names that the certificate is presented for. Each is an entity of its own.',
    }),
  },
  entity_checks: [
    { mutually_required: ['cert_alt', 'key_alt'] },
    keyMatches('cert', 'key'),
    keyMatches('cert_alt', 'key_alt'),
    { custom_entity_check: { field_sources: ['cert', 'cert_alt'], fn: sameTypeViolation } },
  ],
});

export type Certificate = EntityOf<typeof certificate>;
export type CertificateRow = RowOf<typeof certificate>;

function keyMatches(certName: 'cert' | 'cert_alt', keyName: 'key' | 'key_alt'): EntityCheck {
  return {
    custom_entity_check: {
      field_sources: [certName, keyName],
      fn: (entity) => {
        const [cert, key] = [entity[certName], entity[keyName]];
        if (!isPem(cert) || !isPem(key)) return undefined;
        return isKeyOfCertificate(key, cert) ? undefined : { '@entity': 'certificate does not match key' };
      },
    },
  };
}

/** The secret behind a reference is known only to the nodes that resolve it. */
function isPem(value: unknown): value is string {
  return typeof value === 'string' && !isSecretReference(value);
}

const SAME_TYPE = 'certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), '
  + 'the provided certificates were both of the same type';

function sameTypeViolation(entity: EntityValue): Readonly<Record<string, string>> | undefined {
  const { cert, cert_alt: other } = entity;
  if (!isPem(cert) || !isPem(other)) return undefined;
  return keyTypeOfCertificate(cert) === keyTypeOfCertificate(other) ? { '@entity': SAME_TYPE } : undefined;
}
