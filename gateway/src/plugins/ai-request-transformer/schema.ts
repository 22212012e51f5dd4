/** ai-request-transformer: lets a language model change requests. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { languageModel, maxRequestBodySize } from '../../model/plugin-fields/language-model.ts';
import { boolean, integer, record, string } from '../../model/schema/field.ts';
import { host, noConsumer, port, protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  prompt: string({ required: true, description: 'Instruction to the model about how to change the request.' }),
  transformation_extract_pattern: string({
    required: false,
    description: 'Regular expression that finds the new body in the answer of the model. Default: the whole answer.',
  }),
  http_timeout: integer({ required: true, default: 60000, description: 'Milliseconds to wait for the model.' }),
  https_verify: boolean({
    required: true, default: true, description: "Whether to verify the certificate of the model's server.",
  }),
  max_request_body_size: maxRequestBodySize,
  http_proxy_host: { ...host, description: 'Host of the proxy for http URLs.' },
  http_proxy_port: { ...port, description: 'Port of the proxy for http URLs.' },
  https_proxy_host: { ...host, description: 'Host of the proxy for https URLs.' },
  https_proxy_port: { ...port, description: 'Port of the proxy for https URLs.' },
  llm: languageModel,
}, { required: true });

export const aiRequestTransformer = definePlugin({
  name: 'ai-request-transformer',
  priority: 777,
  fields: { protocols: protocolsHttp, consumer: noConsumer, config },
  entity_checks: [
    {
      conditional: {
        if_field: 'config.llm.route_type',
        if_match: { not_one_of: ['llm/v1/chat'] },
        then_field: 'config.llm.route_type',
        then_match: { eq: 'llm/v1/chat' },
        then_err: "'config.llm.route_type' must be 'llm/v1/chat' for AI transformer plugins",
      },
    },
    { mutually_required: ['config.http_proxy_host', 'config.http_proxy_port'] },
    { mutually_required: ['config.https_proxy_host', 'config.https_proxy_port'] },
  ],
});
