/** Server names (SNI) that certificates are presented for. */
import { defineEntity } from '../schema/entity-schema.ts';
import { foreign, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const sni = defineEntity({
  name: 'snis',
  endpointKey: 'name',
  fields: {
    id: typedefs.id,
    name: string({
      ...typedefs.wildcardHost, required: true, unique: true, unique_across_ws: true,
      description: 'Server name of the TLS handshake; its first or last label may be a wildcard.',
    }),
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    tags: typedefs.tags,
    certificate: foreign('certificates', { required: true, description: 'The certificate that listeners present for this name.' }),
  },
});

export type Sni = EntityOf<typeof sni>;
export type SniRow = RowOf<typeof sni>;
