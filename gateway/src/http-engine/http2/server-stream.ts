/** One request of an HTTP/2 connection, its answer, and what the connection knows of both. */
import type { ClientConnection, HttpVersion, IncomingRequest } from '../messages.ts';
import { Http2Answer } from './answer.ts';
import type { AnswerOwner } from './answer.ts';
import { DEFAULT_WINDOW } from './frames.ts';
import { Http2Body } from './request-body.ts';
import type { BodyOwner } from './request-body.ts';
import type { RequestHead } from './request-fields.ts';

export interface StreamOwner extends AnswerOwner {
  readonly client: ClientConnection;
  bodyTaken(stream: ServerStream, bytes: number): void;
}

interface StreamStart {
  readonly id: number;
  readonly head: RequestHead;
  /** Of the header block, as it travelled. Bytes. */
  readonly headBytes: number;
  /** Whether the stream ended with the head. */
  readonly isEnded: boolean;
  /** Window that the client gives each answer. Bytes. */
  readonly sendWindow: number;
  /** Window that it was given for each request. Bytes. */
  readonly receiveWindow: number;
  readonly now: number;
}

export class ServerStream implements BodyOwner {
  readonly id: number;
  readonly request: IncomingRequest;
  readonly body: Http2Body;
  readonly answer: Http2Answer;
  /** Whether the client has ended its side. */
  isRemoteClosed: boolean;
  isHandedOver = false;
  receiveWindow: number;
  /** Bytes that came, and were not given back to the window of the connection. */
  owed = 0;
  /** When the client sent something last. */
  heardAt: number;
  /** Bytes that were taken, and not given back to the window of the stream. */
  #credit = 0;
  readonly #owner: StreamOwner;
  readonly #window: number;

  constructor(owner: StreamOwner, { id, head, headBytes, isEnded, sendWindow, receiveWindow, now }: StreamStart) {
    this.#owner = owner;
    this.id = id;
    this.isRemoteClosed = isEnded;
    this.heardAt = now;
    this.#window = receiveWindow;
    // Until the client has read our SETTINGS it may send as much as by default.
    this.receiveWindow = Math.max(receiveWindow, DEFAULT_WINDOW);
    this.body = new Http2Body(this, head.contentLength, isEnded || head.contentLength === 0);
    this.answer = new Http2Answer(owner, id, sendWindow, head.method === 'HEAD', head.expectsContinue && !isEnded);
    this.request = new Http2Request(head, owner.client, headBytes, this.body, isEnded);
  }

  bodyTaken(bytes: number): void {
    this.#owner.bodyTaken(this, bytes);
  }

  /** Counts what was taken. @returns how much window to give the client again; 0: not yet */
  giveBack(bytes: number): number {
    this.#credit += bytes;
    if (this.isRemoteClosed || this.#credit < this.#window / 2) return 0;
    const credit = this.#credit;
    this.#credit = 0;
    this.receiveWindow += credit;
    return credit;
  }
}

class Http2Request implements IncomingRequest {
  readonly method: string;
  readonly target: string;
  readonly version: HttpVersion = '2.0';
  readonly headers: IncomingRequest['headers'];
  readonly connection: ClientConnection;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  readonly wantsWebSocket = false;
  readonly expectsContinue: boolean;
  readonly headBytes: number;
  readonly body: Http2Body;

  constructor(head: RequestHead, connection: ClientConnection, headBytes: number, body: Http2Body, isEnded: boolean) {
    this.method = head.method;
    this.target = head.path;
    this.headers = head.headers;
    this.connection = connection;
    this.contentLength = head.contentLength;
    this.isChunked = head.contentLength === undefined && !isEnded;
    this.expectsContinue = head.expectsContinue && !isEnded;
    this.headBytes = headBytes;
    this.body = body;
  }
}
