/** ai-proxy: sends chats and completions to language models of several providers. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { languageModelChecks, languageModelFields, llmFormat, maxRequestBodySize } from '../../model/plugin-fields/language-model.ts';
import { boolean, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  ...languageModelFields,
  response_streaming: string({
    required: false, default: 'allow', one_of: ['allow', 'deny', 'always'],
    description: 'Whether answers are streamed: when the client asks for it, never, or always.',
  }),
  max_request_body_size: maxRequestBodySize,
  model_name_header: boolean({
    default: true, description: 'Whether answers have a header X-Kong-LLM-Model with the name of the model.',
  }),
  llm_format: llmFormat,
}, { required: true, entity_checks: languageModelChecks });

export const aiProxy = definePlugin({
  name: 'ai-proxy',
  priority: 770,
  fields: { protocols: protocolsHttp, config },
  entity_checks: [
    {
      conditional: {
        if_field: 'config.llm_format',
        if_match: { one_of: ['bedrock', 'gemini'] },
        then_field: 'config.route_type',
        then_match: { eq: 'llm/v1/chat' },
        then_err: "native provider options in llm_format can only be used with the 'llm/v1/chat' route_type",
      },
    },
    {
      conditional: {
        if_field: 'config.llm_format',
        if_match: { eq: 'bedrock' },
        then_field: 'config.model.provider',
        then_match: { eq: 'bedrock' },
        then_err: "native llm_format 'bedrock' can only be used with the 'bedrock' model.provider",
      },
    },
    {
      conditional: {
        if_field: 'config.llm_format',
        if_match: { eq: 'gemini' },
        then_field: 'config.model.provider',
        then_match: { eq: 'gemini' },
        then_err: "native llm_format 'gemini' can only be used with the 'gemini' model.provider",
      },
    },
  ],
});
