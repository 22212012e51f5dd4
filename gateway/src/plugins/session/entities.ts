/** Sessions that the plugin keeps on the server. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { integer, string } from '../../model/schema/field.ts';
import type { EntityOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const storedSession = defineEntity({
  name: 'sessions',
  isKeptByNodes: true,
  endpointKey: 'session_id',
  isExported: false,
  hasTtl: true,
  secrets: ['data'],
  fields: {
    id: typedefs.id,
    session_id: string({ required: true, unique: true, description: 'Id of the session in the cookie.' }),
    expires: integer({ description: 'Time at which the session ends. Seconds since 1970.' }),
    data: string({ description: 'Content of the session, encrypted.' }),
    created_at: typedefs.createdAt,
  },
});

export type Session = EntityOf<typeof storedSession>;
