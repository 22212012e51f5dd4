/** Fields that many schemas share. Spread one to add attributes. */
import { isIpOrCidr, parseHost } from '../formats/host-names.ts';
import { certificateViolation, keyViolation } from '../formats/pem.ts';
import { regularExpressionViolation } from '../formats/regular-expression.ts';
import { brokenEscape, hasOnlyPathCharacters, normalizedPath } from '../formats/url-path.ts';
import { urlViolation } from '../formats/url.ts';
import { foreign, integer, number, set, string } from './field.ts';

export const id = string({ uuid: true, auto: true, description: 'UUID of the entity; generated when absent.' });

export const createdAt = integer({ timestamp: true, auto: true, description: 'Time of creation. Seconds since 1970.' });

export const updatedAt = integer({ timestamp: true, auto: true, description: 'Time of the last change. Seconds since 1970.' });

export const createdAtWithFraction = number({
  timestamp: true, auto: true, description: 'Time of creation. Seconds since 1970, with milliseconds.',
});

export const updatedAtWithFraction = number({
  timestamp: true, auto: true, description: 'Time of the last change. Seconds since 1970, with milliseconds.',
});

/** Printable ASCII but `,` and `/`, which separate tags in queries, and all other characters of Unicode. */
const TAG = /^(?:[ -+\-.0-~]|[^\x00-\x7f])+$/u;

export const tags = set(string({
  required: true,
  check: (tag: string) => (TAG.test(tag)
    ? undefined : `invalid tag '${tag}': expected printable ascii (except \`,\` and \`/\`) or valid utf-8 sequences`),
}), { description: 'Labels to group and filter entities by.' });

const NAME = /^(?:[A-Za-z0-9.\-_~]|[^\x00-\x7f])+$/u;

function nameViolation(name: string): string | undefined {
  return NAME.test(name) ? undefined : `invalid value '${name}': the only accepted ascii characters are alphanumerics or ., -, _, and ~`;
}

export const utf8Name = string({ unique: true, check: nameViolation });

export const host = string({
  check: (value: string) => {
    const parsed = parseHost(value);
    if (typeof parsed === 'string' && parsed !== 'invalid port number') return `invalid value: ${value}`;
    return typeof parsed === 'string' || parsed.port !== undefined ? 'must not have a port' : undefined;
  },
});

export const hostWithOptionalPort = string({ check: hostAndPortViolation });

function hostAndPortViolation(value: string): string | undefined {
  const parsed = parseHost(value);
  return typeof parsed === 'string' ? parsed : undefined;
}

export const port = integer({ between: [0, 65535] });

/** Milliseconds. */
export const timeout = integer({ between: [1, 2 ** 31 - 2] });

/** Milliseconds; 0 for no limit. */
export const timeoutOrZero = integer({ between: [0, 2 ** 31 - 2] });

export const path = string({
  starts_with: '/',
  match_none: [{ pattern: '//', err: 'must not have empty segments' }],
  check: (value: string) => {
    if (!hasOnlyPathCharacters(value)) return `invalid path: '${value}' (characters outside of the reserved list of RFC 3986 found)`;
    return escapeViolation(value);
  },
});

function escapeViolation(value: string): string | undefined {
  const broken = brokenEscape(value);
  return broken === undefined ? undefined : `invalid url-encoded value: '${broken}'`;
}

/** A fixed path that starts with `/`, or a regular expression after `~`. */
export const routerPath = string({
  match_none: [{ pattern: '//', err: 'must not have empty segments' }],
  match_any: { patterns: ['^/', '^~/'], err: 'should start with: / (fixed path) or ~/ (regex path)' },
  check: (value: string) => (isPathExpression(value) ? regexViolation(value.slice(1), pathExpression(value)) : fixedPathViolation(value)),
});

function fixedPathViolation(value: string): string | undefined {
  // As in Kong, escapes count only where all other characters are those of paths.
  const violation = hasOnlyPathCharacters(value) ? escapeViolation(value) : undefined;
  if (violation) return violation;
  const normalized = normalizedPath(value);
  return normalized === value ? undefined : `non-normalized path, consider use '${normalized}' instead`;
}

export function isPathExpression(routePath: string): boolean {
  return routePath.startsWith('~');
}

/** The regular expression of a route's path, anchored at the start of request paths. */
export function pathExpression(routePath: string): string {
  return `^${routePath.slice(1)}`;
}

/** What PCRE says of an expression that ends too early, by the beginning of what RE2 says. */
const CUT_EXPRESSIONS = [
  ['missing closing ]', 'missing terminating ] for character class'], ['missing closing )', 'missing closing parenthesis'],
] as const;

/**
 * The message names PCRE because clients compare it; most reasons come from RE2.
 *
 * @param compiled the expression that the gateway compiles for the pattern
 */
export function regexViolation(pattern: string, compiled = pattern): string | undefined {
  const reason = regularExpressionViolation(compiled);
  if (reason === undefined) return undefined;
  const cut = CUT_EXPRESSIONS.find(([beginning]) => reason.startsWith(beginning))?.[1];
  return `invalid regex: '${pattern}' (PCRE returned: ${cut ? `pcre2_compile() failed: ${cut} in "${pattern}"` : reason})`;
}

/** A host name with at most one wildcard label, perhaps with a port. */
export const routeHost = string({
  match_all: [{ pattern: '^[^*]*%*?[^*]*$', err: 'invalid wildcard: must have at most one wildcard' }],
  match_any: { patterns: ['^%*%.', '%.%*$', '^[^*]*$'], err: 'invalid wildcard: must be placed at leftmost or rightmost label' },
  // Kong puts this label in the place of the wildcard, and messages show it.
  check: (value: string) => hostAndPortViolation(value.replace('*', 'abc')),
});

/** A server name. */
export const sni = string({ check: serverNameViolation });

function serverNameViolation(value: string): string | undefined {
  const parsed = parseHost(value);
  if (parsed === 'invalid port number') return 'must not have a port';
  if (typeof parsed === 'string') return `invalid value: ${value}`;
  if (parsed.kind !== 'name') return 'must not be an IP';
  return parsed.port === undefined ? undefined : 'must not have a port';
}

/** A server name with at most one wildcard, which is its first or last character. */
export const wildcardHost = string({
  check: (value: string) => {
    const at = value.indexOf('*');
    if (at > 0 && at < value.length - 1) return 'wildcard must be leftmost or rightmost character';
    if (at !== value.lastIndexOf('*')) return 'only one wildcard must be specified';
    // Kong puts this word in the place of the wildcard, and messages show it.
    return serverNameViolation(value.replace('*', 'wildcard'));
  },
});

/** A server name that clients send when they connect with TLS. */
export const serverName = string({
  check: (value: string) => {
    const parsed = parseHost(value);
    if (parsed === 'invalid port number') return 'must not have a port';
    if (typeof parsed === 'string') return `invalid value: ${value}`;
    if (parsed.kind !== 'name') return 'must not be an IP';
    return parsed.port === undefined ? undefined : 'must not have a port';
  },
});

/** An absolute URL. */
export const url = string({ check: urlViolation });

export const headerName = string({
  check: (name: string) => (/^[A-Za-z0-9_-]+$/.test(name)
    ? undefined : `bad header name '${name}', allowed characters are A-Z, a-z, 0-9, '_', and '-'`),
});

export const cookieName = string({
  check: (name: string) => (/^[^\x00-\x20\x7f-\uffff()<>@,;:\\"/?={}[\]]+$/.test(name)
    ? undefined
    : 'contains one or more invalid characters. ASCII control characters (0-31;127), space, tab and the characters '
      + '()<>@,;:\\"/?={}[] are not allowed.'),
});

/** A certificate in PEM format. */
export const certificate = string({ check: certificateViolation });

/** A private key in PEM format. */
export const key = string({ check: keyViolation });

export const ipOrCidr = string({ check: (value: string) => (isIpOrCidr(value) ? undefined : `invalid ip or cidr range: '${value}'`) });

export const httpMethod = string({ match: '^%u+$' });

/** A UUID that need not be that of an existing entity. */
export const uuid = string({ uuid: true });

export const PROTOCOLS = ['grpc', 'grpcs', 'http', 'https', 'tcp', 'tls', 'tls_passthrough', 'udp'] as const;

export const protocol = string({ one_of: PROTOCOLS });

/** `protocols` of a plugin that works on HTTP requests, gRPC included. */
export const protocolsHttp = set(string({ one_of: ['grpc', 'grpcs', 'http', 'https'] }), {
  required: true,
  default: ['grpc', 'grpcs', 'http', 'https'],
  description: 'The plugin runs only on requests with one of these protocols.',
});

/** `protocols` of a plugin that works on connections, too. */
export const protocolsAll = set(protocol, { required: true, default: protocolsHttp.default, description: protocolsHttp.description });

/** `consumer` of a plugin that runs before the consumer is known. */
export const noConsumer = foreign('consumers', { eq: null, description: 'This plugin cannot be bound to a consumer.' });

/** `service` of a plugin that is not about services. */
export const noService = foreign('services', { eq: null, description: 'This plugin cannot be bound to a service.' });

/** `route` of a plugin that is not about routes. */
export const noRoute = foreign('routes', { eq: null, description: 'This plugin cannot be bound to a route.' });
