/** Bodies on their way to the client, through the filters of plugins. */
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';

import type { BodyFilter } from '../../plugin-kit/exchange.ts';
import type { ResponseHead } from './client-response.ts';
import type { HttpExchange } from './http-exchange.ts';

/** The filters that plugins want for this answer, in their order. */
export function filtersOf(exchange: HttpExchange): readonly BodyFilter[] {
  let filters: BodyFilter[] | undefined;
  for (const phases of exchange.plugins) {
    const filter = phases.body?.(exchange);
    if (filter !== undefined) (filters ??= []).push(filter);
  }
  return filters ?? [];
}

/** Makes the Content-Length of an upstream's answer that of the body that filters make of it. @param hasContent whether a body follows */
export function frameFiltered(head: ResponseHead, filters: readonly BodyFilter[], hasContent: boolean): void {
  const last = filters.findLast(({ changes }) => changes === true);
  if (last?.length !== undefined) head.setRawHeader('Content-Length', String(last.length));
  else if (last !== undefined && hasContent) head.removeHeader('content-length');
}

/** A whole body through all filters. */
export function filtered(body: Buffer, filters: readonly BodyFilter[]): Buffer {
  return filters.reduce((bytes, filter) => {
    const parts = [bytes.length === 0 ? undefined : filter.part(bytes), filter.end()];
    return Buffer.concat(parts.filter((part) => part !== undefined));
  }, body);
}

export class FilteredBody extends Transform {
  readonly #filters: readonly BodyFilter[];
  readonly #onDefect: (defect: Error) => void;

  /** @param onDefect called when a filter throws: the body cannot be completed */
  constructor(filters: readonly BodyFilter[], onDefect: (defect: Error) => void) {
    super();
    this.#filters = filters;
    this.#onDefect = onDefect;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#run(done, () => this.#through(0, chunk));
  }

  override _flush(done: TransformCallback): void {
    this.#run(done, () => {
      // What a filter still had goes through those behind it, before they end.
      for (const [index, filter] of this.#filters.entries()) this.#through(index + 1, filter.end());
    });
  }

  #through(from: number, bytes: Buffer | undefined): void {
    let part = bytes;
    for (let index = from; index < this.#filters.length && part !== undefined && part.length > 0; index += 1) {
      part = this.#filters[index]!.part(part);
    }
    if (part !== undefined && part.length > 0) this.push(part);
  }

  #run(done: TransformCallback, work: () => void): void {
    try {
      work();
      done();
    } catch (error) {
      this.#onDefect(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
