/** Bytes of one request and its answer. Heads are counted as they were written, chunks with their framing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { Sizes } from '../../plugin-kit/exchange.ts';

/** ` HTTP/1.1`, two spaces less, and the line ends of request line and head. */
const REQUEST_LINE_REST = ' '.length + ' HTTP/1.1\r\n'.length + '\r\n'.length;
const HEADER_REST = ': \r\n'.length;

export class TrafficSizes implements Sizes {
  /** Bytes of the request's body that went through. Only counted where no Content-Length says it. */
  chunkedBytes = 0;
  /** Bytes of the answer's head. */
  responseHead = 0;
  readonly #incoming: IncomingMessage;
  readonly #socket: Socket;
  readonly #writtenBefore: number;
  #writtenAtEnd: number | undefined;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
    this.#socket = incoming.socket;
    this.#writtenBefore = this.#socket.bytesWritten;
  }

  get request(): number {
    const { method, url, rawHeaders, headers } = this.#incoming;
    const lines = rawHeaders.reduce((sum, text) => sum + text.length, 0) + (rawHeaders.length / 2) * HEADER_REST;
    const declared = headers['content-length'];
    return method!.length + url!.length + REQUEST_LINE_REST + lines + (declared === undefined ? this.chunkedBytes : Number(declared));
  }

  get response(): number {
    return (this.#writtenAtEnd ?? this.#socket.bytesWritten) - this.#writtenBefore;
  }

  get responseBody(): number {
    return Math.max(this.response - this.responseHead, 0);
  }

  /** The answer has ended: what is written afterwards belongs to another. */
  end(response: ServerResponse): void {
    this.#writtenAtEnd = this.#socket.bytesWritten;
    // Node keeps the head that it wrote; after a switch of protocols nothing of it.
    this.responseHead = (response as { readonly _header?: string | null })._header?.length ?? 0;
  }
}
