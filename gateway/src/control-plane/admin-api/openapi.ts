/** `/openapi.json`: the Admin API as an OpenAPI 3.1 document, made from the table of endpoints and the schemas. */
import { KONG_VERSION } from '../../base/version.ts';
import { subschemaOf } from '../../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../../model/schema/entity-schema.ts';
import { jsonSchemaOf } from '../../model/schema/json-schema.ts';
import type { JsonSchema } from '../../model/schema/json-schema.ts';
import { METHODS, parametersOf } from './endpoint.ts';
import type { Endpoint, Method } from './endpoint.ts';

/** Kinds of an entity type, by the type: names of plugins, of vaults. */
export type Kinds = Readonly<Record<string, readonly string[]>>;

/** @returns an endpoint that makes its document when it is first asked for */
export function openApiEndpoint(others: readonly Endpoint[], schemas: Schemas, kinds: Kinds): Endpoint {
  let document: unknown;
  const endpoint: Endpoint = {
    path: '/openapi.json',
    about: 'this document',
    isUnlisted: true,
    methods: { GET: () => ({ status: 200, body: document ??= openApiDocument([...others, endpoint], schemas, kinds) }) },
  };
  return endpoint;
}

function openApiDocument(endpoints: readonly Endpoint[], schemas: Schemas, kinds: Kinds): unknown {
  const types = [...new Set(endpoints.flatMap(({ entity }) => entity?.type ?? []))];
  const sorted = [...endpoints].sort((one, other) => (one.path < other.path ? -1 : 1));
  return {
    openapi: '3.1.0',
    info: { title: 'Hybridge Admin API', version: KONG_VERSION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{}, { token: [] }, { bearer: [] }],
    tags: [...types, NODE_TAG].map((name) => ({ name })),
    paths: Object.fromEntries(sorted.map((endpoint) => [endpoint.path, pathItem(endpoint)])),
    components: {
      schemas: { Error: ERROR, ...Object.assign({}, ...types.map((type) => entitySchemas(schemas.get(type)!, kinds[type] ?? []))) },
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'Kong-Admin-Token' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

/** Tag of endpoints that are not about entities. */
const NODE_TAG = 'node';

const ERROR: JsonSchema = {
  type: 'object',
  required: ['message'],
  properties: {
    message: { type: 'string', description: 'What is wrong.' },
    name: { type: 'string', description: 'Name of the kind of failure.' },
    code: { type: 'integer', description: 'Number of the kind of failure.' },
    fields: { description: 'What is wrong, by field.' },
    options: { type: 'object', description: 'What is wrong, by option of the request.' },
  },
};

/** The type as requests create it, and as they change it: then no field is required. */
function entitySchemas(schema: EntitySchema, kinds: readonly string[]): Readonly<Record<string, JsonSchema>> {
  const change = withoutRequired(jsonSchemaOf(schema));
  if (kinds.length === 0) return { [schema.name]: jsonSchemaOf(schema), [changeOf(schema.name)]: change };
  const { key } = schema.subschema!;
  const named = kinds.map((kind) => [kindOf(schema.name, kind), kindSchema(schema, key, kind)] as const);
  return {
    [schema.name]: {
      oneOf: named.map(([name]) => reference(name)),
      discriminator: { propertyName: key, mapping: Object.fromEntries(kinds.map((kind, index) => [kind, path(named[index]![0])])) },
    },
    [changeOf(schema.name)]: change,
    ...Object.fromEntries(named),
  };
}

function kindSchema(schema: EntitySchema, key: string, kind: string): JsonSchema {
  const whole = jsonSchemaOf(schema, subschemaOf(schema, { [key]: kind }));
  return { ...whole, properties: { ...whole.properties as JsonSchema, [key]: { const: kind } } };
}

function withoutRequired({ required: _required, anyOf: _anyOf, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function changeOf(type: string): string {
  return `${type}.change`;
}

function kindOf(type: string, kind: string): string {
  return `${type}.${kind}`;
}

function path(name: string): string {
  return `#/components/schemas/${name}`;
}

function reference(name: string): JsonSchema {
  return { $ref: path(name) };
}

function pathItem(endpoint: Endpoint): JsonSchema {
  const parameters = parametersOf(endpoint.path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const methods = METHODS.filter((method) => endpoint.methods[method]);
  return {
    ...parameters.length > 0 && { parameters },
    ...Object.fromEntries(methods.map((method) => [method.toLowerCase(), operation(endpoint, method)])),
  };
}

function operation(endpoint: Endpoint, method: Method): JsonSchema {
  const { entity } = endpoint;
  const parameters = [
    ...endpoint.query?.[method]?.map(({ name, description, schema }) => queryParameter(name, description, schema)) ?? [],
    ...method === 'GET' && entity?.isList ? LIST_PARAMETERS : [],
    ...method === 'GET' ? entity ? [IF_NONE_MATCH] : [] : WRITE_HEADERS,
  ];
  return {
    operationId: operationId(endpoint.path, method),
    summary: summary(endpoint, method),
    tags: [entity?.type ?? NODE_TAG],
    ...parameters.length > 0 && { parameters },
    ...WITH_BODY.has(method) && { requestBody: requestBody(endpoint, method) },
    responses: { ...success(endpoint, method), default: FAILURE },
  };
}

const FAILURE: JsonSchema = { description: 'The request is refused, or failed.', content: json(reference('Error')) };

const WITH_BODY: ReadonlySet<Method> = new Set(['POST', 'PUT', 'PATCH']);

/** Unique, because it has the whole path. */
function operationId(at: string, method: Method): string {
  return `${method.toLowerCase()}${at.replace(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => `_${letter}`)}`;
}

const VERBS: Readonly<Record<Method, string>> = {
  GET: 'Show', POST: 'Create', PUT: 'Create or replace', PATCH: 'Change', DELETE: 'Delete',
};

function summary({ about, entity }: Endpoint, method: Method): string {
  if (about !== undefined) return about.charAt(0).toUpperCase() + about.slice(1);
  return entity?.isList && method === 'GET' ? `List ${entity.type}` : `${VERBS[method]} one of ${entity?.type}`;
}

const LIST_PARAMETERS = [
  queryParameter('size', 'Largest number of entities.', { type: 'integer', minimum: 1, maximum: 1000, default: 100 }),
  queryParameter('offset', '`offset` of the page before.', { type: 'string' }),
  queryParameter('tags', 'Entities with all of `a,b`, or any of `a/b`; without effect below a parent.', { type: 'string' }),
];

function queryParameter(name: string, description: string, schema: JsonSchema): JsonSchema {
  return { name, in: 'query', description, schema };
}

function headerParameter(name: string, description: string): JsonSchema {
  return { name, in: 'header', description, schema: { type: 'string' } };
}

const IF_NONE_MATCH = headerParameter('If-None-Match', '`ETag` of an answer that the client has: 304 when it is still the same.');

const WRITE_HEADERS = [
  headerParameter('If-Match', '`ETag` that the entity must have, or `"<revision>"` that must be the newest one; otherwise 412.'),
  headerParameter('Idempotency-Key', 'The same request with the same key makes a change once, and gets the same answer, for 24 hours.'),
  headerParameter('Hybridge-Author', 'Who makes the change: a claim that the history keeps.'),
  headerParameter('Hybridge-Comment', 'Why the change is made; the history keeps it.'),
];

const MEDIA_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'] as const;

function requestBody({ entity, bodySchema }: Endpoint, method: Method): JsonSchema {
  if (bodySchema) return { content: json(bodySchema) };
  const schema = entity ? reference(method === 'PATCH' ? changeOf(entity.type) : entity.type) : { type: 'object' };
  return { content: Object.fromEntries(MEDIA_TYPES.map((type) => [type, { schema }])) };
}

function success({ entity }: Endpoint, method: Method): JsonSchema {
  if (!entity) return { '2XX': { description: 'Done.' } };
  if (method === 'DELETE') return { 204: { description: 'It does not exist any more.' } };
  if (method === 'POST') return { 201: { description: 'Created.', content: json(reference(entity.type)) } };
  return { 200: { description: 'As it is now.', content: json(entity.isList ? pageOf(entity.type) : reference(entity.type)) } };
}

function pageOf(type: string): JsonSchema {
  return {
    type: 'object',
    required: ['data', 'next'],
    properties: {
      data: { type: 'array', items: reference(type) },
      next: { type: ['string', 'null'], description: 'Path of the next page.' },
      offset: { type: 'string', description: 'What the next page is asked for with; absent on the last page.' },
    },
  };
}

function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}
