/** Requests to language models: how plugins address, authenticate at and tune a provider. */
import { boolean, integer, number, record, string } from '../schema/field.ts';
import type { EntityCheck, EntityValue } from '../schema/field.ts';
import type { RecordOf } from '../schema/infer.ts';
import { url } from '../schema/typedefs.ts';

const PROVIDERS = ['openai', 'azure', 'anthropic', 'cohere', 'mistral', 'llama2', 'gemini', 'bedrock', 'huggingface'] as const;

const auth = record({
  header_name: string({ required: false, referenceable: true, description: 'Header that carries the credential.' }),
  header_value: string({ required: false, referenceable: true, encrypted: true, description: 'Credential in the header.' }),
  param_name: string({ required: false, referenceable: true, description: 'Query argument or body field that carries the credential.' }),
  param_value: string({ required: false, referenceable: true, encrypted: true, description: 'Credential in the argument or field.' }),
  param_location: string({
    required: false, one_of: ['query', 'body'], description: 'Where `param_name` is: in the query or in the body.',
  }),
  gcp_use_service_account: boolean({
    required: false, default: false, description: 'Whether to authenticate at Gemini with a service account of Google Cloud.',
  }),
  gcp_service_account_json: string({ required: false, referenceable: true, description: 'Key of the service account, as JSON.' }),
  aws_access_key_id: string({
    required: false, referenceable: true, encrypted: true, description: 'Id of the AWS access key for Bedrock.',
  }),
  aws_secret_access_key: string({
    required: false, referenceable: true, encrypted: true, description: 'Secret of the AWS access key for Bedrock.',
  }),
  allow_override: boolean({ required: false, default: false, description: 'Whether a credential in the request replaces this one.' }),
}, { required: false, description: 'Credential at the provider.' });

const options = record({
  max_tokens: integer({ required: false, description: 'Largest number of tokens in the answer.' }),
  input_cost: number({ required: false, gt: 0, description: 'Price of a million tokens of the prompt, for statistics.' }),
  output_cost: number({ required: false, gt: 0, description: 'Price of a million tokens of the answer, for statistics.' }),
  temperature: number({ required: false, between: [0, 5], description: 'How random the answer is; 0 is the least random.' }),
  top_p: number({ required: false, between: [0, 1], description: 'Share of the most probable tokens to choose from.' }),
  top_k: integer({ required: false, between: [0, 500], description: 'Number of the most probable tokens to choose from.' }),
  anthropic_version: string({ required: false, description: 'Version of the Anthropic API.' }),
  azure_instance: string({ required: false, description: 'Name of the Azure OpenAI instance.' }),
  azure_api_version: string({ required: false, default: '2023-05-15', description: 'Version of the Azure OpenAI API.' }),
  azure_deployment_id: string({ required: false, description: 'Id of the deployment at Azure OpenAI.' }),
  llama2_format: string({
    required: false, one_of: ['raw', 'openai', 'ollama'], description: 'Message format of the server that runs Llama 2.',
  }),
  mistral_format: string({
    required: false, one_of: ['openai', 'ollama'], description: 'Message format of the server that runs Mistral.',
  }),
  upstream_url: { ...url, required: false, description: 'URL of a model of your own; replaces the URL of the provider.' },
  upstream_path: string({ required: false, description: 'Path at the provider; replaces the path of the route type.' }),
  gemini: record({
    api_endpoint: string({ required: false, description: 'Host name of the Vertex AI endpoint.' }),
    project_id: string({ required: false, description: 'Project at Google Cloud.' }),
    location_id: string({ required: false, description: 'Location at Google Cloud.' }),
  }, {
    required: false,
    entity_checks: [{ mutually_required: ['api_endpoint', 'project_id', 'location_id'] }],
    description: 'Settings of Gemini on Vertex AI.',
  }),
  bedrock: record({
    aws_region: string({ required: false, description: 'AWS region of Bedrock. Default: `AWS_REGION` of the node.' }),
  }, { required: false, description: 'Settings of Bedrock.' }),
  huggingface: record({
    use_cache: boolean({ required: false, description: 'Whether the provider may answer from its cache.' }),
    wait_for_model: boolean({ required: false, description: 'Whether to wait for a model that is still loading.' }),
  }, { required: false, description: 'Settings of Hugging Face.' }),
}, { required: false, description: 'Parameters of the model.' });

export const languageModelFields = {
  route_type: string({
    required: true, one_of: ['llm/v1/chat', 'llm/v1/completions', 'preserve'],
    description: 'Kind of the request; `preserve` passes it unchanged.',
  }),
  auth,
  model: record({
    provider: string({ required: true, one_of: PROVIDERS, description: 'Provider of the model.' }),
    name: string({ required: false, description: 'Name of the model at the provider.' }),
    options,
  }, { required: true, description: 'Model that answers.' }),
  logging: record({
    log_statistics: boolean({ required: true, default: false, description: 'Whether logs contain numbers of tokens, times and costs.' }),
    log_payloads: boolean({ required: true, default: false, description: 'Whether logs contain prompts and answers.' }),
  }, { required: true, description: 'What logs contain about the model.' }),
} as const;

function providerNeeds(provider: string, option: string, whom = `${provider} provider`): EntityCheck {
  return {
    conditional_at_least_one_of: {
      if_field: 'model.provider',
      if_match: { one_of: [provider] },
      then_at_least_one_of: [`model.options.${option}`],
      then_err: `must set %s for ${whom}`,
    },
  };
}

/** Completions of Anthropic say nothing of the numbers of tokens. */
function statisticsViolation(entity: EntityValue): Readonly<Record<string, string>> | undefined {
  const { route_type: type, model, logging } = entity as RecordOf<typeof languageModelFields>;
  const isMissing = type === 'llm/v1/completions' && model.provider === 'anthropic' && logging.log_statistics;
  return isMissing ? { '@entity': `${model.provider} does not support statistics when route_type is ${type}` } : undefined;
}

export const languageModelChecks: readonly EntityCheck[] = [
  {
    conditional: {
      if_field: 'model.provider',
      if_match: { one_of: ['bedrock', 'gemini'] },
      then_field: 'auth.allow_override',
      then_match: { eq: false },
      then_err: 'bedrock and gemini only support auth.allow_override = false',
    },
  },
  { mutually_required: ['auth.header_name', 'auth.header_value'] },
  { mutually_required: ['auth.param_name', 'auth.param_value', 'auth.param_location'] },
  providerNeeds('llama2', 'llama2_format'),
  providerNeeds('mistral', 'mistral_format'),
  providerNeeds('anthropic', 'anthropic_version'),
  providerNeeds('azure', 'azure_instance'),
  providerNeeds('azure', 'azure_api_version'),
  providerNeeds('azure', 'azure_deployment_id'),
  providerNeeds('llama2', 'upstream_url', 'self-hosted providers/models'),
  { custom_entity_check: { field_sources: ['route_type', 'model', 'logging'], fn: statisticsViolation } },
];

/** The model of a plugin that lets one change requests or responses. */
export const languageModel = record(languageModelFields, {
  required: true, entity_checks: languageModelChecks, description: 'Model to ask.',
});

/** The largest request body that a plugin reads. */
export const maxRequestBodySize = integer({
  default: 8192, gt: 0, description: 'Largest request body that is read, in bytes; larger requests are rejected.',
});

export const llmFormat = string({
  required: false, one_of: ['openai', 'bedrock', 'gemini'], default: 'openai',
  description: 'Message format of the requests and answers of clients.',
});
