/** Who the client is, by its token. */
import { array, string } from '../../model/schema/field.ts';
import { flag, texts } from './field-kinds.ts';

export const consumerFields = {
  consumer_claim: texts('Claim that names the consumer; the names on the way to it when it is nested. Default: no consumer.'),
  consumer_by: array(string({ one_of: ['id', 'username', 'custom_id'] }), {
    required: false, default: ['username', 'custom_id'], description: 'Fields of consumers that are compared with this claim.',
  }),
  by_username_ignore_case: flag(false, 'Whether the case of usernames does not matter.'),
  consumer_optional: flag(false, 'Whether requests without a consumer may pass.'),
  credential_claim: array(string(), {
    required: false, default: ['sub'], description: 'Claim that stands for the credential, for plugins that count by it.',
  }),
  authenticated_groups_claim: texts('Claim with the groups for the plugin acl.'),
} as const;
