/** Fields behind a body. RFC 9113 §8.1, RFC 9110 §6.5. */
import { isPseudo, isRegularField, OF_CONNECTION } from './field-syntax.ts';
import type { FieldBounds } from './field-syntax.ts';
import { FIELD_OVERHEAD } from './hpack/hpack-decoder.ts';
import type { FieldSink } from './hpack/hpack-decoder.ts';
import type { TableField } from './hpack/static-table.ts';

/** Fields of trailers: names and values in turn, without those that must not be in a trailer section. RFC 9110 §6.5.1 */
export class TrailerFields implements FieldSink {
  readonly #bounds: FieldBounds;
  readonly #flat: string[] = [];
  #bytes = 0;
  #isMalformed = false;

  constructor(bounds: FieldBounds) {
    this.#bounds = bounds;
  }

  field(field: TableField): void {
    const { name, value, id } = field;
    this.#bytes += name.length + value.length + FIELD_OVERHEAD;
    const isFull = this.#bytes > this.#bounds.maxHeaderListBytes || this.#flat.length >= this.#bounds.maxHeaderFields * 2;
    const isValid = !isPseudo(field) && isRegularField(field) && !OF_CONNECTION.has(id);
    if (isFull || !isValid) this.#isMalformed = true;
    else if (!NOT_IN_TRAILERS.has(name)) this.#flat.push(name, value);
  }

  /** @returns undefined when they are malformed, or too many */
  end(): readonly string[] | undefined {
    return this.#isMalformed ? undefined : this.#flat;
  }
}

/** Framing, routing, authentication and what describes the body: no trailer may change it afterwards. */
export const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  'content-length', 'transfer-encoding', 'host', 'te', 'trailer', 'expect', 'authorization', 'proxy-authorization', 'cookie', 'set-cookie',
  'content-type', 'content-encoding', 'content-range', 'cache-control', 'max-forwards', 'pragma', 'range', 'if-match', 'if-none-match',
  'if-modified-since', 'if-unmodified-since', 'if-range', 'age', 'date', 'expires', 'location', 'retry-after', 'vary', 'www-authenticate',
  'proxy-authenticate', 'connection', 'keep-alive', 'upgrade', 'proxy-connection',
]);
