/** Subjects of certificates that consumers present. From Kong's public documentation of the plugin. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, string } from '../../model/schema/field.ts';
import type { EntityOf, RowOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const mtlsAuthCredential = defineEntity({
  name: 'mtls_auth_credentials',
  adminApiName: 'mtls-auths',
  adminApiNestedName: 'mtls-auth',
  uniqueTogether: [['subject_name', 'ca_certificate']],
  credential: { lookup: 'subject_name' },
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'The consumer that the certificate belongs to.' }),
    subject_name: string({ required: true, description: 'Subject alternative name or common name of the certificate.' }),
    ca_certificate: foreign('ca_certificates', {
      default: null, on_delete: 'cascade', description: 'The authority that has issued the certificate. Default: any of the plugin.',
    }),
    tags: typedefs.tags,
  },
});

export type MtlsAuthCredential = EntityOf<typeof mtlsAuthCredential>;
export type MtlsAuthCredentialRow = RowOf<typeof mtlsAuthCredential>;
