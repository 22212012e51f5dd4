/** `/config` of a node without a database: replaces everything by a declarative configuration, and reads it back. */
import { isUtf8 } from 'node:buffer';

import { inlineTree, treeToJson } from '../../declarative/error-tree.ts';
import type { ErrorTree } from '../../declarative/error-tree.ts';
import { flattenErrors } from '../../declarative/flattened-errors.ts';
import { ENTITY_ERROR_KINDS } from '../../model/entity-error.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import type { DeclarativeConfiguration, LoadFailure } from '../declarative-configuration.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from './endpoint.ts';
import { htmlPage } from './html-page.ts';
import { RequestError } from './request-error.ts';

const ABOUT = 'the declarative configuration of a node without a database';

/** @param configuration absent on a node with a database */
export function configEndpoint(configuration: DeclarativeConfiguration | undefined, schemas: Schemas): Endpoint {
  if (!configuration) {
    return { path: '/config', about: ABOUT, methods: { GET: () => ONLY_WITHOUT_DATABASE, POST: () => ONLY_WITHOUT_DATABASE } };
  }
  return {
    path: '/config',
    about: ABOUT,
    readsAnyType: true,
    methods: {
      GET: async () => ({ status: 200, body: { config: await configuration.toYaml() } }),
      POST: async (request) => {
        const asked = await askedOf(request);
        if (asked === undefined) return htmlPage(415);
        const { given, checksHash, flattens } = asked;
        if (checksHash && typeof given === 'string' && configuration.isCurrent(given)) return { status: 304 };
        const outcome = await configuration.load(given);
        if (outcome.isLoaded) return { status: 201, body: outcome.entities };
        return failureAnswer(outcome, flattens, schemas);
      },
    },
  };
}

const ONLY_WITHOUT_DATABASE: AdminAnswer = {
  status: 400, body: { message: 'this endpoint is only available when Kong is configured to not use a database' },
};

/** As Kong, whatever the letters' case. */
function isTrue(argument: unknown): boolean {
  return ['true', '1', 'on', 'yes'].includes(String(argument).toLowerCase());
}

interface Asked {
  readonly given: string | object;
  readonly checksHash: boolean;
  readonly flattens: boolean;
}

/**
 * The configuration, and what to do with it. Fields of the body and arguments of the address count alike: the configuration is all of them
 * where there is a `_format_version`, or the text in `config`, or the body as text.
 *
 * @returns undefined for a type of body that cannot contain one
 * @throws RequestError there is none
 */
async function askedOf(request: AdminRequest): Promise<Asked | undefined> {
  const { bytes, query } = request;
  const type = request.contentType?.toLowerCase();
  if (type === undefined && bytes.length > 0) return undefined;
  if (type !== undefined && !isYaml(type) && !OTHER_TYPES.some((other) => type.includes(other))) return undefined;
  const values = type === undefined || isYaml(type) ? {} : await request.body();
  const { check_hash: checkHash, flatten_errors: isFlattened, ...fields }: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(query), ...values,
  };
  const how = { checksHash: String(checkHash) === '1', flattens: isTrue(isFlattened) };
  if (fields._format_version !== undefined) return { given: fields, ...how };
  if (typeof fields.config === 'string') return { given: fields.config, ...how };
  if (bytes.length === 0) throw new RequestError(400, 'expected a declarative configuration');
  if (!isUtf8(bytes)) throw new RequestError(400, 'the body is not encoded in UTF-8');
  return { given: bytes.toString(), ...how };
}

const OTHER_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

function isYaml(type: string): boolean {
  return type.includes('application/yaml') || type.includes('text/yaml');
}

function failureAnswer(failure: LoadFailure, flattens: boolean, schemas: Schemas): AdminAnswer {
  switch (failure.reason) {
    case 'busy': return {
      status: 429, body: { message: 'Currently loading previous configuration' }, headers: { 'retry-after': '1' },
    };
    case 'too-large': return { status: 413, body: { message: failure.message } };
    case 'invalid': {
      const { errors, content } = failure;
      if (!flattens || content === undefined) return { status: 400, body: invalid(errors) };
      const { entities, rest } = flattenErrors(errors, content, schemas);
      // Kong's language has one empty table for lists and objects.
      return { status: 400, body: { ...invalid(rest), flattened_errors: entities.length > 0 ? entities : {} } };
    }
  }
}

function invalid(errors: ErrorTree): Readonly<Record<string, unknown>> {
  const [code, name] = ENTITY_ERROR_KINDS.invalidDeclarativeConfiguration;
  return { code, name, message: `declarative config is invalid: ${inlineTree(errors)}`, fields: treeToJson(errors) };
}
