/**
 * request-validator: rejects requests whose body or parameters do not satisfy a schema. Paid in Kong: types and defaults are those of the
 * JSON schema in Kong's public documentation, version 3.9; checks follow from its descriptions.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, boolean, record, set, string } from '../../model/schema/field.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';
import { jsonViolation } from './json-text.ts';

const STYLES = ['label', 'form', 'matrix', 'simple', 'spaceDelimited', 'pipeDelimited', 'deepObject'] as const;

const parameter = record({
  in: string({ required: true, one_of: ['query', 'header', 'path'], description: 'Where the parameter is.' }),
  name: string({ required: true, description: 'Name of the parameter; in paths, of the capture of the route.' }),
  required: boolean({ required: true, description: 'Whether requests must have the parameter.' }),
  style: string({ one_of: STYLES, description: 'How the value is written, as in OpenAPI.' }),
  explode: boolean({ description: 'Whether each element of the value is a parameter of its own.' }),
  schema: string({ check: jsonViolation, description: 'JSON Schema (draft 4) of the value, as text.' }),
}, { entity_checks: [{ mutually_required: ['style', 'explode', 'schema'] }] });

const config = record({
  body_schema: string({ check: jsonViolation, description: 'Schema of the body, as text.' }),
  allowed_content_types: set(string(), {
    default: ['application/json'], description: 'Content types of bodies that are validated; others are rejected.',
  }),
  version: string({
    required: true, default: 'kong', one_of: ['kong', 'draft4'],
    description: 'Kind of the schema: fields as Kong declares them, or JSON Schema draft 4.',
  }),
  parameter_schema: array(parameter, { description: 'Parameters that are validated.' }),
  verbose_response: boolean({ required: true, default: false, description: 'Whether responses say what is wrong.' }),
  content_type_parameter_validation: boolean({
    required: true, default: true, description: 'Whether parameters of the content type, such as charset, must be allowed, too.',
  }),
}, { required: true });

export const requestValidator = definePlugin({
  name: 'request-validator',
  priority: 999,
  fields: { protocols: protocolsHttp, config },
  entity_checks: [{ at_least_one_of: ['config.body_schema', 'config.parameter_schema'] }],
});
