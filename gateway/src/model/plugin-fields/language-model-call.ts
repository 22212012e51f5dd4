/** What the plugins have in common that let a language model change a message. */
import type { EntityCheck } from '../schema/field.ts';
import { boolean, integer, string } from '../schema/field.ts';
import { host, port } from '../schema/typedefs.ts';
import { languageModel, maxRequestBodySize } from './language-model.ts';

export const extractPattern = string({
  required: false,
  description: 'Regular expression that finds the new body in the answer of the model. Default: the whole answer.',
});

export const modelCall = {
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
} as const;

export const modelCallChecks: readonly EntityCheck[] = [
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
];
