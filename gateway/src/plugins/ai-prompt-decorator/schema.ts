/** ai-prompt-decorator: adds messages before and after the chat of a client. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { llmFormat, maxRequestBodySize } from '../../model/plugin-fields/language-model.ts';
import { array, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  prompts: record({
    prepend: array(record({
      role: string({
        required: true, default: 'system', one_of: ['system', 'assistant', 'user'],
        description: 'Who speaks in the message.',
      }),
      content: string({ required: true, len_max: 500, description: 'Text of the message.' }),
    }), {
      required: false, len_max: 15, description: 'Messages to add before those of the client.',
    }),
    append: array(record({
      role: string({
        required: true, default: 'system', one_of: ['system', 'assistant', 'user'],
        description: 'Who speaks in the message.',
      }),
      content: string({ required: true, len_max: 500, description: 'Text of the message.' }),
    }), {
      required: false, len_max: 15, description: 'Messages to add after those of the client.',
    }),
  }, { required: false, description: 'Messages to add.' }),
  max_request_body_size: maxRequestBodySize,
  llm_format: llmFormat,
}, { required: true });

export const aiPromptDecorator = definePlugin({
  name: 'ai-prompt-decorator',
  priority: 772,
  fields: { protocols: protocolsHttp, config },
  entity_checks: [
    { at_least_one_of: ['config.prompts.prepend', 'config.prompts.append'] },
  ],
});
