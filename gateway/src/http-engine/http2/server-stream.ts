/** One request of an HTTP/2 connection, its answer, and what the connection knows of both. */
import type { ClientConnection, HttpVersion, IncomingRequest } from '../messages.ts';
import { Http2Answer } from './answer.ts';
import type { AnswerOwner } from './answer.ts';
import { InWindow } from './connection.ts';
import type { Stream } from './connection.ts';
import type { Outbox } from './outbox.ts';
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
  /** Window that it is given for each request. Bytes. */
  readonly receiveWindow: number;
  readonly now: number;
}

export class ServerStream implements BodyOwner, Stream {
  readonly id: number;
  readonly request: IncomingRequest;
  readonly body: Http2Body;
  readonly answer: Http2Answer;
  readonly outbox: Outbox;
  readonly inWindow: InWindow;
  isRemoteClosed: boolean;
  isHandedOver = false;
  heardAt: number;
  readonly #owner: StreamOwner;

  constructor(owner: StreamOwner, { id, head, headBytes, isEnded, sendWindow, receiveWindow, now }: StreamStart) {
    this.#owner = owner;
    this.id = id;
    this.isRemoteClosed = isEnded;
    this.heardAt = now;
    this.inWindow = new InWindow(receiveWindow);
    this.body = new Http2Body(this, head.contentLength, isEnded || head.contentLength === 0);
    this.answer = new Http2Answer(owner, id, sendWindow, head.method === 'HEAD', head.expectsContinue && !isEnded);
    this.outbox = this.answer.outbox;
    this.request = new Http2Request(head, owner.client, headBytes, this.body, isEnded);
  }

  bodyTaken(bytes: number): void {
    this.#owner.bodyTaken(this, bytes);
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
