/** The vault `aws`: AWS Secrets Manager. */
import type { Subschema } from '../../schema/entity-schema.ts';
import { record, string } from '../../schema/field.ts';
import { lifetimes } from './lifetimes.ts';

export const aws: Subschema = {
  fields: {
    config: record({
      region: string({ description: 'Region of the secrets. Without one, the region of the node.' }),
      endpoint_url: string({ description: 'URL of Secrets Manager, such as that of an endpoint in a network of your own.' }),
      ...lifetimes,
    }, { required: true, description: 'Where the secrets are.' }),
  },
};
