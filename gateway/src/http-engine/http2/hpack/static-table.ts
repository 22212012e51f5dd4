/** The static table of HPACK. RFC 7541 Appendix A. */
import { idOf } from '../../http1/known-headers.ts';

/** A field of a table. */
export interface TableField {
  readonly name: string;
  readonly value: string;
  /** Number of the name, as `known-headers.ts` has it. */
  readonly id: number;
}

/** `name`, or `name=value`. */
const ROWS = [
  ':authority', ':method=GET', ':method=POST', ':path=/', ':path=/index.html', ':scheme=http', ':scheme=https', ':status=200',
  ':status=204', ':status=206', ':status=304', ':status=400', ':status=404', ':status=500', 'accept-charset',
  'accept-encoding=gzip, deflate', 'accept-language', 'accept-ranges', 'accept', 'access-control-allow-origin', 'age', 'allow',
  'authorization', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'content-length',
  'content-location', 'content-range', 'content-type', 'cookie', 'date', 'etag', 'expect', 'expires', 'from', 'host', 'if-match',
  'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'last-modified', 'link', 'location', 'max-forwards',
  'proxy-authenticate', 'proxy-authorization', 'range', 'referer', 'refresh', 'retry-after', 'server', 'set-cookie',
  'strict-transport-security', 'transfer-encoding', 'user-agent', 'vary', 'via', 'www-authenticate',
];

/** The first has the index 1. */
export const STATIC_TABLE: readonly TableField[] = ROWS.map((row) => {
  const [name = '', value = ''] = row.split('=');
  return { name, value, id: idOf(name) };
});

/** Index of the first field with a name. */
export const STATIC_NAMES: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.map(({ name }, at) => [name, at + 1] as const).reverse(),
);

/** Index of `:status` fields by status. */
export const STATIC_STATUSES: ReadonlyMap<number, number> = new Map(
  STATIC_TABLE.flatMap(({ name, value }, at) => name === ':status' ? [[Number(value), at + 1] as const] : []),
);
