/** Bodies on their way to the client, through the filters of plugins. */
import type { BodyFilter } from '../../plugin-kit/exchange.ts';
import type { ResponseHead } from './client-response.ts';
import type { HttpExchange } from './http-exchange.ts';

const NONE: readonly BodyFilter[] = [];

/** The filters that plugins want for this answer, in their order. */
export function filtersOf(exchange: HttpExchange): readonly BodyFilter[] {
  let filters: BodyFilter[] | undefined;
  for (const phases of exchange.plugins) {
    const filter = phases.body?.(exchange);
    if (filter !== undefined) (filters ??= []).push(filter);
  }
  return filters ?? NONE;
}

/** Makes the length of an upstream's answer that of the body that filters make of it. @param hasContent whether a body follows */
export function frameFiltered(head: ResponseHead, filters: readonly BodyFilter[], hasContent: boolean): void {
  const last = filters.findLast(({ changes }) => changes === true);
  if (last?.length !== undefined) head.setLength(last.length);
  else if (last !== undefined && hasContent) head.setLength(undefined);
}

/** A whole body through all filters. */
export function filtered(body: Buffer, filters: readonly BodyFilter[]): Buffer {
  return filters.reduce((bytes, filter) => {
    const parts = [bytes.length === 0 ? undefined : filter.part(bytes), filter.end()];
    return Buffer.concat(parts.filter((part) => part !== undefined));
  }, body);
}

/** A body that goes through all filters part by part. */
export class FilteredBody {
  readonly #filters: readonly BodyFilter[];
  readonly #send: (bytes: Buffer) => boolean;

  /** @param send takes what leaves the last filter. @returns false when the client is slow */
  constructor(filters: readonly BodyFilter[], send: (bytes: Buffer) => boolean) {
    this.#filters = filters;
    this.#send = send;
  }

  /** @param bytes may be overwritten after the call @returns false when the client is slow @throws Error of a filter */
  part(bytes: Buffer): boolean {
    // Filters may keep what they get.
    return this.#through(0, Buffer.from(bytes));
  }

  /** @throws Error of a filter */
  end(trailers?: readonly string[]): void {
    // What a filter still had goes through those behind it, before they end.
    for (const [index, filter] of this.#filters.entries()) this.#through(index + 1, filter.end(trailers));
  }

  #through(from: number, bytes: Buffer | undefined): boolean {
    let part = bytes;
    for (let index = from; index < this.#filters.length && part !== undefined && part.length > 0; index += 1) {
      part = this.#filters[index]!.part(part);
    }
    return part === undefined || part.length === 0 || this.#send(part);
  }
}
