/** One request to an upstream over HTTP/2, and its answer. */
import type { AnswerReader, PartReader, UpstreamCall, UpstreamProblem, UpstreamRequestHead, UpstreamTimeouts } from '../messages.ts';
import { InWindow } from './connection.ts';
import type { Stream } from './connection.ts';
import { CANCEL } from './frames.ts';
import { Outbox } from './outbox.ts';
import type { OutboxOwner, OutboxUser } from './outbox.ts';
import { Http2Body } from './request-body.ts';
import type { BodyOwner } from './request-body.ts';

/** The connection, as a request sees it. */
export interface UpstreamOwner extends OutboxOwner {
  bodyTaken(stream: UpstreamStream, bytes: number): void;
  cut(stream: UpstreamStream, code: number): void;
  /** Both sides have ended. */
  sideEnded(stream: UpstreamStream): void;
}

export class UpstreamStream implements Stream, BodyOwner, OutboxUser, PartReader {
  readonly id: number;
  readonly reader: AnswerReader;
  readonly timeouts: UpstreamTimeouts;
  readonly isHead: boolean;
  readonly outbox: Outbox;
  readonly inWindow: InWindow;
  body: Http2Body;
  isRemoteClosed = false;
  /** Whether a final head has come. */
  isAnswered = false;
  /** Whether the reader has got the end. */
  isTold = false;
  heardAt: number;
  readonly #owner: UpstreamOwner;

  constructor(
    owner: UpstreamOwner, id: number, head: UpstreamRequestHead, timeouts: UpstreamTimeouts, reader: AnswerReader,
    windows: { readonly send: number; readonly receive: number; readonly now: number },
  ) {
    this.#owner = owner;
    this.id = id;
    this.reader = reader;
    this.timeouts = timeouts;
    this.isHead = head.method === 'HEAD';
    this.heardAt = windows.now;
    this.outbox = new Outbox(owner, this, id, windows.send);
    this.inWindow = new InWindow(windows.receive);
    this.body = new Http2Body(this, undefined, false);
  }

  // Of the request's body

  sendPart(bytes: Buffer): boolean {
    if (this.isTold || this.outbox.isEnded) return true;
    return this.outbox.part(bytes, bytes.length);
  }

  sendEnd(trailers?: readonly string[]): void {
    if (!this.isTold && !this.outbox.isEnded) this.outbox.end(trailers);
  }

  drained(): void {
    if (!this.isTold) this.reader.drain();
  }

  sent(): void {
    this.#owner.sideEnded(this);
  }

  // Of the answer's body

  bodyTaken(bytes: number): void {
    this.#owner.bodyTaken(this, bytes);
  }

  part(bytes: Buffer): boolean {
    return this.isTold || this.reader.part(bytes);
  }

  end(trailers?: readonly string[]): void {
    if (this.isTold) return;
    this.isTold = true;
    this.reader.end(trailers);
    this.#owner.sideEnded(this);
  }

  abort(): void { /* The connection says what failed. */ }

  resume(): void {
    if (!this.isTold) this.body.resume();
  }

  fail(problem: UpstreamProblem): void {
    if (this.isTold) return;
    this.isTold = true;
    this.reader.fail(problem);
  }

  /** The client went away. */
  cancel(): void {
    if (this.isTold) return;
    this.isTold = true;
    this.#owner.cut(this, CANCEL);
  }
}

/** A request that waits for its connection, or is on its way. */
export class Http2Call implements UpstreamCall {
  stream: UpstreamStream | undefined;
  isAborted = false;

  sendPart(bytes: Buffer): boolean {
    return this.stream === undefined || this.stream.sendPart(bytes);
  }

  sendEnd(trailers?: readonly string[]): void {
    this.stream?.sendEnd(trailers);
  }

  resume(): void {
    this.stream?.resume();
  }

  abort(): void {
    this.isAborted = true;
    this.stream?.cancel();
  }
}
