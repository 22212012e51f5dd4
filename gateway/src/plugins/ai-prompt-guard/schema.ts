/** ai-prompt-guard: rejects prompts by patterns. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { llmFormat, maxRequestBodySize } from '../../model/plugin-fields/language-model.ts';
import { array, boolean, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  allow_patterns: array(string({ len_max: 500 }), {
    required: false, len_max: 10, description: 'Regular expressions of which a prompt must match at least one.',
  }),
  deny_patterns: array(string({ len_max: 500 }), {
    required: false, len_max: 10, description: 'Regular expressions of which a prompt must match none.',
  }),
  allow_all_conversation_history: boolean({
    required: true, default: false,
    description: 'Whether to check only the last message of the user, not the whole chat.',
  }),
  max_request_body_size: maxRequestBodySize,
  match_all_roles: boolean({
    required: true, default: false,
    description: 'Whether to check the messages of all roles, not only those of the user.',
  }),
  llm_format: llmFormat,
}, { required: true });

export const aiPromptGuard = definePlugin({
  name: 'ai-prompt-guard',
  priority: 771,
  fields: { protocols: protocolsHttp, config },
  entity_checks: [
    { at_least_one_of: ['config.allow_patterns', 'config.deny_patterns'] },
    {
      conditional: {
        if_field: 'config.match_all_roles',
        if_match: { eq: true },
        then_field: 'config.allow_all_conversation_history',
        then_match: { eq: false },
      },
    },
  ],
});
