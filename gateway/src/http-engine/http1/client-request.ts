/** A request of a client by HTTP/1.1. Its body is taken from the connection when a reader asks for it. */
import type { ClientConnection, IncomingBody, IncomingRequest, PartReader } from '../messages.ts';
import { RequestHead } from './request-head.ts';

/** The connection, as requests see it. */
export interface BodySource extends ClientConnection {
  /** A reader takes what waits. */
  goOn(): void;
}

export class ClientRequest extends RequestHead implements IncomingRequest, IncomingBody {
  readonly connection: BodySource;
  isComplete = false;
  isAborted = false;
  taken = 0;
  #reader: PartReader | undefined = undefined;
  #isPaused = false;
  #trailers: readonly string[] | undefined = undefined;

  constructor(connection: BodySource) {
    super();
    this.connection = connection;
  }

  get body(): IncomingBody {
    return this;
  }

  /** Whether a reader takes the next part. */
  get isWanted(): boolean {
    return this.#reader !== undefined && !this.#isPaused;
  }

  read(reader: PartReader): void {
    this.#reader = reader;
    this.#isPaused = false;
    if (this.isAborted) reader.abort();
    else if (this.isComplete) reader.end(this.#trailers);
    else this.connection.goOn();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.connection.goOn();
  }

  /** Hands a part over. */
  give(bytes: Buffer): void {
    this.taken += bytes.length;
    // A reader may call `resume` before it returns false.
    this.#isPaused = true;
    if (this.#reader!.part(bytes)) this.#isPaused = false;
  }

  complete(trailers?: readonly string[]): void {
    this.isComplete = true;
    this.#trailers = trailers;
    this.#reader?.end(trailers);
  }

  /** The client broke off, or sent what is no body: `isAborted` says so already. */
  tellAbort(): void {
    this.#reader?.abort();
  }
}
