/** Fields of plugins that authenticate consumers. */
import { boolean, string } from '../schema/field.ts';

export const anonymous = string({
  description: 'Id or username of the consumer for requests without a valid credential. Default: such requests are rejected.',
});

export const realm = string({ required: false, description: 'Realm in the WWW-Authenticate header of a 401 response.' });

export const hideCredentials = boolean({
  required: true, default: false, description: 'Whether to remove the credential from the request before proxying it.',
});
