/** The values of a request that predicates compare: none, one or several. */
import type { RouterInput } from './router-input.ts';

export type Values = readonly (string | bigint)[];

const NONE: Values = [];

const READERS: Readonly<Record<string, (input: RouterInput) => Values>> = {
  'net.protocol': ({ scheme }) => [scheme],
  'tls.sni': ({ sni }) => (sni === undefined ? NONE : [sni]),
  'http.method': ({ method }) => [method],
  'http.host': ({ host }) => (host === '' ? NONE : [host]),
  'http.path': ({ path }) => [path],
  'http.path.segments.len': ({ path }) => [BigInt(segmentsOf(path).length)],
  'net.src.ip': ({ ends }) => [ends.sourceIp],
  'net.src.port': ({ ends }) => [BigInt(ends.sourcePort)],
  'net.dst.ip': ({ ends }) => [ends.destinationIp],
  'net.dst.port': ({ port }) => [BigInt(port)],
};

const HEADER = 'http.headers.';
const QUERY = 'http.queries.';
const SEGMENT = /^http\.path\.segments\.(\d+)(?:_(\d+))?$/;

/** @param field one that the check of expressions accepts */
export function fieldReader(field: string): (input: RouterInput) => Values {
  if (field.startsWith(HEADER)) return headerReader(headerNames(field));
  if (field.startsWith(QUERY)) {
    const name = field.slice(QUERY.length);
    return ({ search }) => (search === '' ? NONE : new URLSearchParams(search).getAll(name));
  }
  const segment = SEGMENT.exec(field);
  if (segment === null) return READERS[field]!;
  const from = Number(segment[1]);
  const to = Number(segment[2] ?? segment[1]);
  return ({ path }) => {
    const segments = segmentsOf(path);
    return to < segments.length ? [segments.slice(from, to + 1).join('/')] : NONE;
  };
}

/** The headers that a field may mean: it has underscores for dashes, since a dash is no character of a field in Kong. */
export function headerNames(field: string): readonly string[] {
  const name = field.slice(HEADER.length).toLowerCase();
  return name.includes('_') ? [name.replaceAll('_', '-'), name] : [name];
}

function headerReader([name, other]: readonly string[]): (input: RouterInput) => Values {
  return (input) => {
    const values = input.headerValues(name!);
    return values.length > 0 || other === undefined ? values : input.headerValues(other);
  };
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}
