/** The vault `env`: environment variables of the node. */
import type { Subschema } from '../../schema/entity-schema.ts';
import { record, string } from '../../schema/field.ts';

export const env: Subschema = {
  fields: {
    config: record({
      prefix: string({ match: '^[%a_-][%a%d_-]*$', description: 'First part of the names of all variables.' }),
    }, { required: true, description: 'Where the secrets are.' }),
  },
};
