/** The vault `hcv`: a key-value engine of HashiCorp Vault. */
import type { Subschema } from '../../schema/entity-schema.ts';
import type { EntityCheck } from '../../schema/field.ts';
import { integer, record, string } from '../../schema/field.ts';
import { lifetimes } from './lifetimes.ts';

export const hcv: Subschema = {
  fields: {
    config: record({
      protocol: string({ default: 'http', one_of: ['http', 'https'], description: 'Protocol of the server.' }),
      host: string({ required: true, default: '127.0.0.1', description: 'Host name or address of the server.' }),
      port: integer({ required: true, default: 8200, between: [0, 65535], description: 'Port of the server.' }),
      namespace: string({ description: 'Namespace of the secrets, where the server has some.' }),
      mount: string({ required: true, default: 'secret', description: 'Path of the key-value engine.' }),
      kv: string({ default: 'v1', one_of: ['v1', 'v2'], description: 'Version of the key-value engine.' }),
      auth_method: string({ required: true, default: 'token', one_of: ['token', 'kubernetes'], description: 'How the node logs in.' }),
      token: string({ referenceable: true, encrypted: true, description: 'Token, for the method `token`.' }),
      kube_role: string({ description: 'Role, for the method `kubernetes`.' }),
      kube_auth_path: string({ default: 'kubernetes', description: 'Path of the method `kubernetes`.' }),
      kube_api_token_file: string({
        default: '/run/secrets/kubernetes.io/serviceaccount/token', description: 'File with the token of the service account.',
      }),
      ...lifetimes,
    }, {
      required: true,
      description: 'Where the secrets are, and how to get them.',
      entity_checks: [
        neededFor('token', 'token'),
        neededFor('kubernetes', 'kube_role'),
      ],
    }),
  },
};

function neededFor(method: string, field: string): EntityCheck {
  return { conditional: { if_field: 'auth_method', if_match: { eq: method }, then_field: field, then_match: { required: true } } };
}
