/** A connection to an upstream: opened, then used by one request after another. Unrequested bytes end it. */
import type { Socket } from 'node:net';

import type { UpstreamFailure, UpstreamRoute } from '../messages.ts';
import type { ByteReader } from '../sockets/byte-stream.ts';
import { SocketStream } from '../sockets/socket-stream.ts';
import type { AnswerHead } from './upstream-answer-head.ts';
import { AnswerDecoder } from './upstream-answer.ts';
import type { AnswerTaker } from './upstream-answer.ts';
import type { CallCarrier, Http1Call } from './upstream-call.ts';
import type { UpstreamSockets } from './upstream-sockets.ts';
import { Limited } from './upstream-time-limits.ts';
import type { TimeLimits } from './upstream-time-limits.ts';
import { UpstreamWriter } from './upstream-writer.ts';

/** What a connection tells the pool. */
export interface ConnectionOwner {
  readonly limits: TimeLimits;
  /** An answer was complete, and another request may follow. @param keptMs for how long the upstream says that it keeps it */
  released(connection: UpstreamConnection, keptMs: number): void;
  /** It was kept, and is gone before the request that was to use it was sent. */
  lost(call: Http1Call): void;
  /** It is gone, or belongs to a WebSocket, which ends later. */
  closed(connection: UpstreamConnection): void;
  /** Bytes were refused. */
  refused(reason: string): void;
}

// What it does.
const OPENING = 0;
const IDLE = 1;
/** It waits until a close that is on its way would have been read. */
const WAITING = 2;
const BUSY = 3;
const SWITCHED = 4;
const CLOSED = 5;

/** What is kept for a reader that waits, before the socket is paused. Bytes. */
const MAX_HELD = 65_536;

const NO_BYTES = Buffer.alloc(0);

export class UpstreamConnection extends Limited implements ByteReader, AnswerTaker, CallCarrier {
  readonly route: UpstreamRoute;
  /** Requests that were answered. */
  served = 0;
  readonly #owner: ConnectionOwner;
  readonly #stream = new SocketStream();
  readonly #decoder = new AnswerDecoder();
  /** `undefined`: none could be made. */
  #socket: Socket | undefined = undefined;
  #writer!: UpstreamWriter;
  #state = OPENING;
  #call: Http1Call | undefined = undefined;
  /** Whether a byte of an answer came. */
  #isAnswered = false;
  /** Whether the reader waits, and whether the socket was paused for it. */
  #isPaused = false;
  #isSocketPaused = false;
  /** What was read while the reader waits. */
  #held: Buffer | undefined = undefined;
  /** Whether the upstream ended behind that. */
  #endsBehind = false;

  constructor(route: UpstreamRoute, owner: ConnectionOwner) {
    super();
    this.route = route;
    this.#owner = owner;
    this.#stream.reader = this;
  }

  /** Opens it for a request. */
  open(call: Http1Call, sockets: UpstreamSockets): void {
    this.#call = call;
    call.carrier = this;
    this.#owner.limits.setAt(this, call.connectDueAt);
    try {
      this.#socket = sockets.open(this.route, this.#stream, () => this.#begin());
    } catch (error) {
      process.nextTick(() => this.#break('connect', (error as Error).message));
      return;
    }
    this.#writer = new UpstreamWriter(this.#socket, this.#stream);
    this.#stream.onGone = () => this.#gone();
  }

  /** Uses it, when it is idle, for another request. */
  use(call: Http1Call): void {
    this.#call = call;
    call.carrier = this;
    if (!call.request.isRepeatable) {
      this.#state = WAITING;
      this.#owner.limits.setAt(this, call.connectDueAt);
      afterNextPoll(this, call);
    } else if (call.request.body === 'none' || call.request.body === 0) this.#begin();
    else {
      this.#state = BUSY;
      process.nextTick(beginLater, this, call);
    }
  }

  /** @param call as it was when the wait began */
  begin(call: Http1Call): void {
    if (this.#call === call) this.#begin();
  }

  #begin(): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#state = BUSY;
    this.#isAnswered = false;
    this.#decoder.begin(call.request.method, call.request.upgrade);
    call.begin();
    this.#touch();
  }

  // CallCarrier

  writeText(text: string): boolean {
    const goesOn = this.#writer.writeText(text);
    this.#touch();
    return goesOn;
  }

  writeBoth(text: string, bytes: Buffer): boolean {
    const goesOn = this.#writer.writeBoth(text, bytes);
    this.#touch();
    return goesOn;
  }

  writeLater(bytes: Buffer): boolean {
    if (this.#writer.isDone) setImmediate(flush, this);
    return this.#writer.keep(bytes);
  }

  /** Writes what was left for later. */
  flush(): void {
    if (this.#state !== BUSY) return;
    const waited = this.#writer.isWaiting;
    const goesOn = this.#writer.goOn();
    this.#touch();
    if (waited && goesOn) this.#call?.drain();
  }

  requestSent(): void {
    this.#touch();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#read(held, 0, held.length);
    if (this.#isPaused || this.#state !== BUSY) return;
    if (this.#endsBehind) this.#ended();
    else {
      this.#touch();
      this.#resumeSocket();
    }
  }

  give(call: Http1Call): void {
    if (this.#call === call) this.destroy();
  }

  // ByteReader

  data(buffer: Buffer, start: number, end: number): void {
    if (this.#state !== BUSY) {
      if (this.#state === SWITCHED || this.#state === CLOSED) return;
      this.#owner.refused('unasked');
      this.#drop('connect', 'the upstream sent bytes before it was asked');
    } else if (this.#isPaused) this.#holdMore(buffer, start, end);
    else {
      this.#isAnswered = true;
      this.#touch();
      this.#read(buffer, start, end);
    }
  }

  drain(): void {
    if (this.#state !== BUSY || !this.#writer.isWaiting) return;
    const goesOn = this.#writer.goOn();
    this.#touch();
    if (goesOn) this.#call?.drain();
  }

  end(): void {
    if (this.#state !== BUSY) return this.#drop('connect', 'the upstream closed the connection');
    if (this.#isPaused && !this.#decoder.lacks(this.#heldBytes)) this.#endsBehind = true;
    else this.#ended();
  }

  close(error: Error | undefined): void {
    const message = error?.message ?? 'the upstream closed the connection';
    // All that it sent has been read, and waits for the reader.
    if (this.#isPaused && (this.#endsBehind || this.#decoder.isWholeWith(this.#heldBytes))) this.#endsBehind = true;
    else if (this.#state === BUSY) this.#break('broken', message);
    else this.#drop('connect', message);
  }

  // AnswerTaker

  head(head: AnswerHead): void {
    this.#call!.head(head);
  }

  part(bytes: Buffer): boolean {
    const call = this.#call;
    if (call === undefined) return false;
    const goesOn = call.part(bytes);
    if (!goesOn && this.#call === call) this.#isPaused = true;
    return goesOn && this.#call === call;
  }

  textPart(text: string): boolean {
    const call = this.#call;
    if (call === undefined) return false;
    const goesOn = call.textPart(text);
    if (!goesOn && this.#call === call) this.#isPaused = true;
    return goesOn && this.#call === call;
  }

  // Limited

  expire(): void {
    if (this.#state === OPENING) this.#break('timeout', 'the time to connect is over');
    else if (this.#state === BUSY) this.#break('timeout', this.#isWriting() ? 'the time to write is over' : 'the time to read is over');
    else this.#drop('timeout', 'the time to connect is over');
  }

  /** Closes it; its request fails. */
  shut(): void {
    if (this.#call === undefined) this.destroy();
    else this.#break('broken', 'the gateway is closing');
  }

  /** Closes it. Its request, if it has one, gets nothing more. */
  destroy(): void {
    if (this.#state === CLOSED) return;
    const call = this.#call;
    this.#call = undefined;
    if (call !== undefined) call.carrier = undefined;
    this.#state = CLOSED;
    this.#decoder.stop();
    this.#held = undefined;
    this.#owner.limits.clear(this);
    this.#socket?.destroy();
    this.#owner.closed(this);
  }

  #read(buffer: Buffer, start: number, end: number): void {
    const call = this.#call;
    const decoder = this.#decoder;
    const at = decoder.read(buffer, start, end, this);
    if (this.#call !== call || call === undefined) return;
    if (decoder.isComplete) this.#complete(call, at < end);
    else if (decoder.refused !== undefined) this.#refuse(decoder.refused);
    else if (decoder.isSwitched) this.#switch(call, buffer, at, end);
    else if (this.#isPaused) {
      // It is not the upstream that is waited for.
      this.#owner.limits.clear(this);
      if (at < end) this.#holdMore(buffer, at, end);
    }
  }

  #resumeSocket(): void {
    if (!this.#isSocketPaused) return;
    this.#isSocketPaused = false;
    this.#stream.resume();
  }

  /** Reading goes on within a bound: only who reads sees that the other end is gone. */
  #holdMore(buffer: Buffer, start: number, end: number): void {
    const more = buffer.subarray(start, end);
    this.#held = this.#held === undefined ? Buffer.from(more) : Buffer.concat([this.#held, more]);
    if (this.#isSocketPaused || this.#held.length < MAX_HELD) return;
    this.#isSocketPaused = true;
    this.#stream.pause();
  }

  get #heldBytes(): number {
    return this.#held?.length ?? 0;
  }

  #ended(): void {
    const call = this.#call!;
    if (this.#decoder.finish()) this.#complete(call, true);
    else this.#break('broken', 'the upstream closed the connection before its answer was complete');
  }

  /** @param isLast whether nothing may follow on this connection */
  #complete(call: Http1Call, isLast: boolean): void {
    const { trailers } = this.#decoder;
    const { keeps, keepsSeconds } = this.#decoder.answer!;
    this.served += 1;
    this.#isPaused = false;
    this.#resumeSocket();
    // Before the reader knows: it may send its next request at once.
    this.#call = undefined;
    call.carrier = undefined;
    if (isLast || this.#endsBehind || !keeps || !call.isSent || !this.#writer.isDone) this.destroy();
    else {
      this.#state = IDLE;
      this.#owner.released(this, keepsSeconds === undefined ? Infinity : keepsSeconds * 1_000);
    }
    call.end(trailers);
  }

  #refuse(reason: string): void {
    this.#owner.refused(reason);
    this.#break('invalid', `the upstream's answer is malformed: ${reason}`);
  }

  #switch(call: Http1Call, buffer: Buffer, at: number, end: number): void {
    if (!call.isSent || !this.#writer.isDone) return this.#refuse('switch');
    this.#call = undefined;
    this.#state = SWITCHED;
    this.#owner.limits.clear(this);
    call.upgraded(this.#decoder.answer!, this.#stream, at < end ? buffer.subarray(at, end) : NO_BYTES);
  }

  /** Ends it while its request is on its way. */
  #break(kind: UpstreamFailure, message: string): void {
    const call = this.#call;
    this.#call = undefined;
    const isStale = kind === 'broken' && this.served > 0 && !this.#isAnswered;
    // `fail` reads from the call whether it was sent.
    this.destroy();
    call?.fail(kind, message, isStale);
  }

  /** Ends it where no request has been sent on it yet. */
  #drop(kind: UpstreamFailure, message: string): void {
    const call = this.#call;
    if (this.#state === OPENING || (call !== undefined && kind === 'timeout')) return this.#break(kind, message);
    this.#call = undefined;
    this.destroy();
    if (call !== undefined) this.#owner.lost(call);
  }

  #gone(): void {
    if (this.#state !== SWITCHED) return;
    this.#state = CLOSED;
    this.#owner.closed(this);
  }

  #touch(): void {
    const call = this.#call;
    if (call === undefined || this.#state !== BUSY || this.#isPaused) return;
    this.#owner.limits.set(this, this.#isWriting() ? call.timeouts.writeMs : call.timeouts.readMs);
  }

  #isWriting(): boolean {
    return this.#call?.isSent !== true || !this.#writer.isDone;
  }
}

/** Calls back when all that could be read by now has been. */
function afterNextPoll(connection: UpstreamConnection, call: Http1Call): void {
  setImmediate(() => setImmediate(() => connection.begin(call)));
}

function flush(connection: UpstreamConnection): void {
  connection.flush();
}

function beginLater(connection: UpstreamConnection, call: Http1Call): void {
  connection.begin(call);
}
