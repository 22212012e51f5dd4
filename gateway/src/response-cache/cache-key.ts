/** What distinguishes answers in a cache: the key that clients see, and the variant behind it. */
import { hash } from 'node:crypto';

import type { ClientRequest, Exchange } from '../plugin-kit/exchange.ts';

export interface KeyOptions {
  /** Query arguments that count, in the order that they have in the key. @default - all, by name */
  readonly query: readonly string[];
  /** Request headers that count. */
  readonly headers: readonly string[];
  readonly ignoresCase: boolean;
}

export interface CacheKey {
  /** 64 hexadecimal characters. */
  readonly key: string;
  /**
   * What must be equal beside the key. The key does not contain the scheme and the host, and it joins names and values by characters that
   * they may contain: without this, a client could put an answer where another one finds it. RFC 9111 §2 and §4
   */
  readonly variant: string;
}

export function keyMaker({ query, headers, ignoresCase }: KeyOptions): (exchange: Exchange) => CacheKey {
  const queryNames = [...new Set(query)];
  const headerNames = [...new Set(headers)].sort(byBytes);
  const lower = headerNames.map((name) => name.toLowerCase());
  return ({ request, consumer, route }) => {
    const line = requestLine(request);
    const target = ignoresCase ? line.toLowerCase() : line;
    const counted = queryValues(request, queryNames);
    const sent = headerNames.flatMap((name, index): readonly Values[] => {
      const values = request.headerValues(lower[index]!);
      return values.length === 0 ? [] : [[name, values.toSorted(byBytes)]];
    });
    const scope = consumer === undefined ? route!.id : `${consumer.id}:${route!.id}`;
    const text = [scope, request.method, target, joined(counted), joined(sent)].join('|');
    const variant = JSON.stringify([request.scheme, request.header('host')?.toLowerCase(), counted, sent]);
    return { key: hash('sha256', text), variant };
  };
}

/** Values of a name; `undefined` for an argument without `=`. */
type Values = readonly [name: string, values: readonly (string | undefined)[]];

/** As the client sent it, cut at the query. */
function requestLine({ method, rawPath, query, httpVersion }: ClientRequest): string {
  return query === '' ? `${method} ${rawPath} HTTP/${httpVersion}` : `${method} ${rawPath}`;
}

function queryValues(request: ClientRequest, names: readonly string[]): readonly Values[] {
  if (request.query === '') return [];
  const byName = Map.groupBy(request.queryArguments(), ([name]) => name);
  const counted = names.length === 0 ? [...byName.keys()].sort(byBytes) : names.filter((name) => byName.has(name));
  return counted.map((name) => [name, byName.get(name)!.map(([, value]) => value).sort((one, other) => byBytes(one ?? '', other ?? ''))]);
}

function joined(fields: readonly Values[]): string {
  return fields.map(([name, values]) => (
    values.length === 1 && values[0] === undefined ? name : `${name}=${values.map((value) => value ?? '').join(',')}`)).join(':');
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
