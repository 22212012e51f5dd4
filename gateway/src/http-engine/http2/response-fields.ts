/** Makes an answer's head of the fields of a header block, strictly. RFC 9113 §8.3.2. */
import { HeadLines } from '../http1/head-lines.ts';
import { idOf } from '../http1/known-headers.ts';
import { isPseudo, isRegularField, OF_CONNECTION } from './field-syntax.ts';
import type { FieldBounds } from './field-syntax.ts';
import { FIELD_OVERHEAD } from './hpack/hpack-decoder.ts';
import type { FieldSink } from './hpack/hpack-decoder.ts';
import type { TableField } from './hpack/static-table.ts';

const CONTENT_LENGTH = idOf('content-length');

export interface ResponseFieldsResult {
  readonly status: number;
  readonly headers: HeadLines;
  readonly contentLength: number | undefined;
}

export class ResponseFields implements FieldSink {
  readonly #bounds: FieldBounds;
  readonly #places: number[] = [];
  #text = '';
  #status = 0;
  #contentLength: number | undefined;
  #bytes = 0;
  #count = 0;
  #isMalformed = false;

  constructor(bounds: FieldBounds) {
    this.#bounds = bounds;
  }

  field(field: TableField): void {
    const { name, value, id } = field;
    this.#bytes += name.length + value.length + FIELD_OVERHEAD;
    this.#count += 1;
    const isTooLarge = this.#bytes > this.#bounds.maxHeaderListBytes || this.#count > this.#bounds.maxHeaderFields;
    if (isPseudo(field)) {
      if (name !== ':status' || this.#status !== 0 || this.#count !== 1 || !/^[1-9]\d\d$/.test(value)) this.#isMalformed = true;
      else this.#status = Number(value);
    } else if (isTooLarge || !isRegularField(field) || OF_CONNECTION.has(id)) this.#isMalformed = true;
    else {
      if (id === CONTENT_LENGTH) this.#takeLength(value);
      this.#line(name, value, id);
    }
  }

  /** @returns undefined for what is no answer */
  end(): ResponseFieldsResult | undefined {
    if (this.#isMalformed || this.#status === 0 || this.#status === 101) return undefined;
    return { status: this.#status, headers: new HeadLines(this.#text, this.#places), contentLength: this.#contentLength };
  }

  #takeLength(value: string): void {
    if (this.#contentLength !== undefined || !/^\d{1,15}$/.test(value)) this.#isMalformed = true;
    else this.#contentLength = Number(value);
  }

  #line(name: string, value: string, id: number): void {
    const start = this.#text.length;
    const nameEnd = start + name.length;
    this.#text += `${name}: ${value}\r\n`;
    this.#places.push(id, start, nameEnd, nameEnd + 2, nameEnd + 2 + value.length);
  }
}
