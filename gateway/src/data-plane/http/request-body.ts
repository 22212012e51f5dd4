/** The body of a request on its way to an upstream: kept within bounds, so that another try can send it again. */
import type { IncomingBody, IncomingRequest, PartReader, UpstreamCall } from '../../http-engine/messages.ts';
import { sizeOf } from './body-reading.ts';

/** Longest body that is kept. Bytes. */
export const MAX_KEPT_BODY = 262_144;

export class RequestBody implements PartReader {
  readonly #incoming: IncomingBody;
  readonly #first: readonly Buffer[];
  readonly #passesTrailers: boolean;
  #keeps: boolean;
  #kept: Buffer[];
  #size: number;
  #isBegun: boolean;
  #isEnded: boolean;
  #trailers: readonly string[] | undefined;
  #call: UpstreamCall | undefined;

  /** @param first parts that were read before; others may follow until it is sent @param keeps whether it may have to be sent again */
  constructor({ body, version }: IncomingRequest, first: readonly Buffer[], keeps: boolean) {
    this.#incoming = body;
    // As in Kong, those of HTTP/1.1 end here.
    this.#passesTrailers = version === '2.0';
    this.#keeps = keeps;
    this.#first = first;
    this.#kept = [];
    this.#size = 0;
    this.#isBegun = false;
    this.#isEnded = false;
    this.#trailers = undefined;
    this.#call = undefined;
  }

  /** Whether nothing of it has been lost. */
  get isWhole(): boolean {
    return !this.#isBegun || (this.#keeps && this.#size <= MAX_KEPT_BODY);
  }

  /** Sends what there is, and what comes. */
  sendTo(call: UpstreamCall): void {
    this.#call = call;
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    if (isFirst && this.#first.length > 0) {
      this.#kept = [...this.#first];
      this.#size = sizeOf(this.#first);
    }
    let goesOn = true;
    for (const part of this.#kept) goesOn = call.sendPart(part) && goesOn;
    if (!this.isWhole) this.#kept = [];
    if (this.#isEnded || (isFirst && this.#incoming.isComplete)) return call.sendEnd(this.#trailers);
    if (isFirst) this.#incoming.read(this);
    if (goesOn) this.#incoming.resume();
  }

  /** The upstream takes more. */
  drain(): void {
    this.#incoming.resume();
  }

  /** The try has failed: what comes waits for the next one. */
  stop(): void {
    this.#call = undefined;
  }

  /** No other try will need it. */
  forget(): void {
    this.#keeps = false;
    this.#kept = [];
  }

  part(bytes: Buffer): boolean {
    if (this.#keeps) this.#keep(bytes);
    return this.#call?.sendPart(bytes) ?? false;
  }

  end(trailers?: readonly string[]): void {
    this.#isEnded = true;
    this.#trailers = this.#passesTrailers ? trailers : undefined;
    this.#call?.sendEnd(this.#trailers);
  }

  abort(): void {
    // The answer is over, too: its end is what ends the request.
    this.#call?.abort();
  }

  #keep(bytes: Buffer): void {
    this.#size += bytes.length;
    if (this.#size <= MAX_KEPT_BODY) this.#kept.push(Buffer.from(bytes));
    else this.#kept = [];
  }
}
