/** What routes of a family of protocols may and must match on. */
import type { RouterFlavor } from '../../base/router-flavor.ts';
import type { Subschema } from '../schema/entity-schema.ts';
import type { EntityCheck, Fields } from '../schema/field.ts';

const STREAMS = "'tcp', 'tls', 'tls_passthrough' or 'udp'";
const GRPC = "'grpc' or 'grpcs'";

/** @param fields those of routes with any protocol */
export function routeSubschemas(fields: Fields, flavor: RouterFlavor): Readonly<Record<string, Subschema>> {
  const hasExpressions = flavor === 'expressions';
  const mustMatchOn = (names: readonly string[], plain: string, secure?: string): EntityCheck => (
    mustSetOneOf(hasExpressions ? [...names, 'expression'] : names, plain, secure));
  const ends = hasExpressions ? [] : ['sources', 'destinations'];
  const http: Subschema = {
    fields: forbidden(fields, ends, "'http' or 'https'"),
    entity_checks: [mustMatchOn(['methods', 'hosts', 'headers', 'paths'], "'http'", 'https')],
  };
  const stream: Subschema = {
    fields: forbidden(fields, ['methods', 'hosts', 'paths', 'headers'], STREAMS),
    entity_checks: [mustMatchOn(['sources', 'destinations', 'snis'], "'tcp', 'tls' or 'udp'")],
  };
  const passthrough: Subschema = {
    fields: forbidden(fields, ['methods', 'hosts', 'paths', 'headers'], STREAMS),
    entity_checks: [mustSetServerNames(hasExpressions)],
  };
  const grpc: Subschema = {
    fields: {
      ...forbidden(fields, ['methods', ...ends], GRPC),
      strip_path: { ...fields.strip_path!, default: false, eq: false, err: `cannot set 'strip_path' when 'protocols' is ${GRPC}` },
    },
    entity_checks: [mustMatchOn(['hosts', 'headers', 'paths'], "'grpc'", 'grpcs')],
  };
  return { http, https: http, tcp: stream, tls: stream, udp: stream, tls_passthrough: passthrough, grpc, grpcs: grpc };
}

/** Fields that must be null for a family of protocols. */
function forbidden(fields: Fields, names: readonly string[], family: string): Fields {
  return Object.fromEntries(names.map((name) => (
    [name, { ...fields[name]!, eq: null, err: `cannot set '${name}' when 'protocols' is ${family}` }])));
}

/** A route must match on something. With the protocol `secure` of its family it can also match on server names. */
function mustSetOneOf(names: readonly string[], plain: string, secure?: string): EntityCheck {
  return {
    custom_entity_check: {
      field_sources: ['protocols'],
      fn: (entity) => {
        const isSecure = secure !== undefined && (entity.protocols as readonly string[]).includes(secure);
        const all = isSecure ? [...names, 'snis'] : names;
        if (all.some((name) => isSet(entity[name]))) return undefined;
        const quoted = all.map((name) => `'${name}'`).join(', ');
        return { '@entity': `must set one of ${quoted} when 'protocols' is ${isSecure ? `'${secure}'` : plain}` };
      },
    },
  };
}

function mustSetServerNames(hasExpressions: boolean): EntityCheck {
  return {
    custom_entity_check: {
      field_sources: ['protocols'],
      fn: (entity) => {
        if (isSet(entity.snis) || (hasExpressions && isSet(entity.expression))) return undefined;
        return { '@entity': "must set snis when 'protocols' is 'tls_passthrough'" };
      },
    },
  };
}

/** Whether a list, a map or a text is not empty. */
export function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && Object.keys(value).length > 0;
}
