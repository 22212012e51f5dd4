/** request-transformer: changes requests before they are proxied. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { COLON_PAIR, headerNamesViolation, headerNameViolation } from '../../model/plugin-fields/pairs.ts';
import { array, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { httpMethod, protocolsAll } from '../../model/schema/typedefs.ts';
import { templatedPairViolation } from './template.ts';

const NAME = string();
const HEADER_NAME = string({ check: headerNameViolation });
const PAIR = string({ check: templatedPairViolation });
const HEADER_PAIR = string({ match: COLON_PAIR, check: headerNameViolation });
const HEADER_NAMES = string({ match: COLON_PAIR, check: headerNamesViolation });

const config = record({
  http_method: { ...httpMethod, description: 'Method of the proxied request.' },
  remove: record({
    body: array(NAME, { required: true, default: [], description: 'Fields of the body to remove.' }),
    headers: array(HEADER_NAME, { required: true, default: [], description: 'Headers to remove.' }),
    querystring: array(NAME, { required: true, default: [], description: 'Query arguments to remove.' }),
  }, { required: true, description: 'What to remove.' }),
  rename: record({
    body: array(PAIR, { required: true, default: [], description: 'Fields of the body to rename, as `old:new`.' }),
    headers: array(HEADER_NAMES, { required: true, default: [], description: 'Headers to rename, as `old:new`.' }),
    querystring: array(PAIR, { required: true, default: [], description: 'Query arguments to rename, as `old:new`.' }),
  }, { required: true, description: 'What to rename, where it exists.' }),
  replace: record({
    body: array(PAIR, { required: true, default: [], description: 'Fields of the body to replace, as `name:value`.' }),
    headers: array(HEADER_PAIR, { required: true, default: [], description: 'Headers to replace, as `name:value`.' }),
    querystring: array(PAIR, { required: true, default: [], description: 'Query arguments to replace, as `name:value`.' }),
    uri: string({ description: 'Path of the proxied request.' }),
  }, { required: true, description: 'What to replace, where it exists.' }),
  add: record({
    body: array(PAIR, { required: true, default: [], description: 'Fields of the body to add, as `name:value`.' }),
    headers: array(HEADER_PAIR, { required: true, default: [], description: 'Headers to add, as `name:value`.' }),
    querystring: array(PAIR, { required: true, default: [], description: 'Query arguments to add, as `name:value`.' }),
  }, { required: true, description: 'What to add, where it does not exist.' }),
  append: record({
    body: array(PAIR, { required: true, default: [], description: 'Fields of the body to append, as `name:value`.' }),
    headers: array(HEADER_PAIR, { required: true, default: [], description: 'Headers to append, as `name:value`.' }),
    querystring: array(PAIR, { required: true, default: [], description: 'Query arguments to append, as `name:value`.' }),
  }, { required: true, description: 'What to add, also where it exists.' }),
}, { required: true });

export type RequestTransformerConfig = RecordOf<typeof config.fields>;

export const requestTransformer = definePlugin({
  name: 'request-transformer',
  priority: 801,
  takesConsumerGroups: true,
  fields: { protocols: protocolsAll, config },
});
