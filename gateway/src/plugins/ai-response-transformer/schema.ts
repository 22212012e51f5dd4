/** ai-response-transformer: lets a language model change responses. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { extractPattern, modelCall, modelCallChecks } from '../../model/plugin-fields/language-model-call.ts';
import { boolean, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  prompt: string({
    required: true, description: 'Instruction to the model about how to change the response.',
  }),
  transformation_extract_pattern: extractPattern,
  parse_llm_response_json_instructions: boolean({
    required: true, default: false,
    description: 'Whether the answer of the model is JSON that sets the status, the headers and the body.',
  }),
  ...modelCall,
}, { required: true });

export const aiResponseTransformer = definePlugin({
  name: 'ai-response-transformer',
  priority: 768,
  fields: { protocols: protocolsHttp, config },
  entity_checks: modelCallChecks,
});
