/** ai-request-transformer: lets a language model change requests. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { extractPattern, modelCall, modelCallChecks } from '../../model/plugin-fields/language-model-call.ts';
import { record, string } from '../../model/schema/field.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  prompt: string({ required: true, description: 'Instruction to the model about how to change the request.' }),
  transformation_extract_pattern: extractPattern,
  ...modelCall,
}, { required: true });

export const aiRequestTransformer = definePlugin({
  name: 'ai-request-transformer',
  priority: 777,
  fields: { protocols: protocolsHttp, consumer: noConsumer, config },
  entity_checks: modelCallChecks,
});
