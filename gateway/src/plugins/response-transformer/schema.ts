/** response-transformer: changes responses before clients get them. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { COLON_PAIR, headerNamesViolation } from '../../model/plugin-fields/pairs.ts';
import { array, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const PAIR = string({ match: COLON_PAIR });
const HEADER_NAMES = string({ match: COLON_PAIR, check: headerNamesViolation });
const TYPE = string({ one_of: ['boolean', 'number', 'string'] });

const config = record({
  remove: record({
    json: array(string(), { required: true, default: [], description: 'Fields of a JSON body to remove.' }),
    headers: array(string(), { required: true, default: [], description: 'Headers to remove.' }),
  }, { required: true, description: 'What to remove.' }),
  rename: record({
    json: array(PAIR, { required: true, default: [], description: 'Fields of a JSON body to rename, as `old:new`.' }),
    headers: array(HEADER_NAMES, { required: true, default: [], description: 'Headers to rename, as `old:new`.' }),
  }, { required: true, description: 'What to rename, where it exists.' }),
  replace: record({
    json: array(PAIR, { required: true, default: [], description: 'Fields of a JSON body to replace, as `name:value`.' }),
    json_types: array(TYPE, { required: true, default: [], description: 'Types of the new values, in the order of `json`.' }),
    headers: array(PAIR, { required: true, default: [], description: 'Headers to replace, as `name:value`.' }),
  }, { required: true, description: 'What to replace, where it exists.' }),
  add: record({
    json: array(PAIR, { required: true, default: [], description: 'Fields of a JSON body to add, as `name:value`.' }),
    json_types: array(TYPE, { required: true, default: [], description: 'Types of the new values, in the order of `json`.' }),
    headers: array(PAIR, { required: true, default: [], description: 'Headers to add, as `name:value`.' }),
  }, { required: true, description: 'What to add, where it does not exist.' }),
  append: record({
    json: array(PAIR, { required: true, default: [], description: 'Fields of a JSON body to append, as `name:value`.' }),
    json_types: array(TYPE, { required: true, default: [], description: 'Types of the new values, in the order of `json`.' }),
    headers: array(PAIR, { required: true, default: [], description: 'Headers to append, as `name:value`.' }),
  }, { required: true, description: 'What to add, also where it exists.' }),
}, { required: true });

export type ResponseTransformerConfig = RecordOf<typeof config.fields>;

export const responseTransformer = definePlugin({
  name: 'response-transformer',
  priority: 800,
  takesConsumerGroups: true,
  fields: { protocols: protocolsHttp, config },
});
