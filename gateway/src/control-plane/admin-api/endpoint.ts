/** Endpoints of the Admin API, and the table that finds the one for a path. */
import type { IncomingHttpHeaders } from 'node:http';

import type { EntityValue } from '../../model/schema/field.ts';
import type { JsonSchema } from '../../model/schema/json-schema.ts';
import type { WriteKey } from '../../store/once.ts';
import type { Conditions } from './conditions.ts';
import type { WriteOrigin } from './write-origin.ts';

export const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;

export type Method = typeof METHODS[number];

export interface AdminRequest {
  /** HEAD is GET here. */
  readonly method: Method | 'OPTIONS';
  /** Values of the path's parameters, unescaped. */
  readonly params: Readonly<Record<string, string>>;
  /** The path as received, without the query and a trailing slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly conditions: Conditions;
  readonly origin: WriteOrigin;
  /** Set: the write that it asks for is made once. */
  readonly key?: WriteKey | undefined;
  /** The body as received. */
  readonly bytes: Buffer;
  readonly contentType?: string;
  /**
   * The body as JSON or form; empty when there is none.
   *
   * @param typed converts the texts of a form to the types of its fields
   * @throws RequestError the body cannot be read
   */
  body(typed?: (form: EntityValue) => EntityValue | Promise<EntityValue>): Promise<EntityValue>;
}

export interface AdminAnswer {
  readonly status: number;
  /** Sent as JSON; strings and bytes are sent as they are, as plain text unless the headers say otherwise. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The revision that contains the change. @default - the newest one that the node knew when the request came */
  readonly revision?: number;
  /** Whether the header `etag` is about less than the body, so that no client may keep the body by it. @default false */
  readonly isMoreThanTagged?: boolean;
}

type Handler = (request: AdminRequest) => Promise<AdminAnswer> | AdminAnswer;

export interface QueryArgument {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface Endpoint {
  /** E.g. `/services/{services}/routes`. */
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  /** Runs before each method, OPTIONS too. @returns the request to handle, or the answer. @default - nothing */
  readonly before?: (request: AdminRequest) => Promise<AdminRequest | AdminAnswer> | AdminRequest | AdminAnswer;
  /** What it is about, in a phrase; the OpenAPI document has it. @default - what `entity` says */
  readonly about?: string;
  /** Arguments of its address, by method; the OpenAPI document has them. @default - those that lists of entities have */
  readonly query?: Readonly<Partial<Record<Method, readonly QueryArgument[]>>>;
  /** The body of its requests, as JSON Schema. @default - what `entity` says, or any object */
  readonly bodySchema?: JsonSchema;
  /** The entity type that it reads and writes: a list of such entities, or one. @default - none */
  readonly entity?: { readonly type: string; readonly isList: boolean };
  /** Whether `/endpoints` leaves it out, because clients of Kong know no such endpoint there. @default false */
  readonly isUnlisted?: boolean;
  /** Whether it reads bodies of any type by itself. @default - JSON and forms only */
  readonly readsAnyType?: boolean;
  /** Largest body, in bytes; for paths without parameters. @default - that of all endpoints */
  readonly bodyLimitBytes?: number;
}

/** The same path, with some methods changed or added. */
export interface EndpointChange extends Partial<Endpoint> {
  readonly path: string;
}

/** The endpoints with the changes; a change of a path that none of them has is a new endpoint. */
export function changedEndpoints(endpoints: readonly Endpoint[], changes: readonly EndpointChange[]): readonly Endpoint[] {
  const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]));
  for (const change of changes) {
    const before = byPath.get(change.path);
    byPath.set(change.path, { ...before, ...change, methods: { ...before?.methods, ...change.methods } });
  }
  return [...byPath.values()];
}

export interface Match {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

interface Node {
  readonly fixed: Map<string, Node>;
  parameter?: Node;
  endpoint?: Endpoint;
  /** Names of the endpoint's parameters, in the order of its path. */
  names?: readonly string[];
}

/** Finds endpoints by path, segment by segment. A fixed segment takes precedence over a parameter; one trailing slash is ignored. */
export class EndpointTable {
  readonly #root: Node = { fixed: new Map() };

  constructor(readonly endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) this.#add(endpoint);
  }

  /** @param path as received: escapes in fixed segments are not decoded */
  find(path: string): Match | undefined {
    const segments = path.split('/').slice(1);
    if (segments.length > 1 && segments.at(-1) === '') segments.pop();
    return match(this.#root, segments, []);
  }

  #add(endpoint: Endpoint): void {
    let node = this.#root;
    for (const segment of endpoint.path.split('/').slice(1)) node = step(node, segment);
    if (node.endpoint) throw new Error(`two endpoints have the path ${endpoint.path}`);
    node.endpoint = endpoint;
    node.names = parametersOf(endpoint.path);
  }
}

const PARAMETER = /\{([^}]+)\}/g;

/** Names of the parameters in the path of an endpoint. */
export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(PARAMETER)].map((found) => found[1]!);
}

function step(node: Node, segment: string): Node {
  if (segment.startsWith('{')) return node.parameter ??= { fixed: new Map() };
  let next = node.fixed.get(segment);
  if (!next) node.fixed.set(segment, next = { fixed: new Map() });
  return next;
}

function match(node: Node, segments: readonly string[], values: readonly string[]): Match | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    return node.endpoint && {
      endpoint: node.endpoint, params: Object.fromEntries(node.names!.map((name, index) => [name, values[index]!])),
    };
  }
  const fixed = node.fixed.get(segment);
  const found = fixed && match(fixed, rest, values);
  if (found || !node.parameter || segment === '') return found;
  const value = unescaped(segment);
  return value === undefined ? undefined : match(node.parameter, rest, [...values, value]);
}

function unescaped(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Value of `Allow`: every endpoint has OPTIONS, and one with GET has HEAD. */
export function allowedMethods(endpoint: Endpoint): string {
  const methods = [...Object.keys(endpoint.methods), 'OPTIONS', ...endpoint.methods.GET ? ['HEAD'] : []];
  return methods.sort().join(', ');
}

export const NOT_FOUND: AdminAnswer = { status: 404, body: { message: 'Not found' } };

export const METHOD_NOT_ALLOWED: AdminAnswer = { status: 405, body: { message: 'Method not allowed' } };

/** An endpoint that `/endpoints` lists and that answers every method with 404, as some of Kong's do. */
export function disabled(endpoint: Endpoint): Endpoint {
  return { ...endpoint, about: 'an endpoint without a use, as in Kong: it answers 404', before: () => NOT_FOUND };
}
