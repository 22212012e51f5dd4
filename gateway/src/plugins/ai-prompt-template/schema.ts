/** ai-prompt-template: fills prompts from templates that clients choose by name. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { maxRequestBodySize } from '../../model/plugin-fields/language-model.ts';
import { array, boolean, record, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  templates: array(record({
    name: string({ required: true, description: 'Name that clients choose the template by.' }),
    template: string({ required: true, description: 'Text of the prompt, with placeholders as `{{name}}`.' }),
  }), { required: true, description: 'Templates that clients may use.' }),
  allow_untemplated_requests: boolean({ required: true, default: true, description: 'Whether prompts that use no template pass.' }),
  log_original_request: boolean({
    required: true, default: false, description: 'Whether logs contain the request before it was changed.',
  }),
  max_request_body_size: maxRequestBodySize,
}, { required: true });

export const aiPromptTemplate = definePlugin({
  name: 'ai-prompt-template',
  priority: 773,
  fields: { protocols: protocolsHttp, config },
});
