/** Sends HTTP/2 frames through a node's TLS port, and tells what became of them in the words of HTTP/1. */
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import type { HostileNode } from './hostile-node.ts';
import { FRAME, FrameReader, PREFACE, data, frame, headers, settings, settingsAck, statusOf } from './http2-frames.ts';
import type { Field, Frame } from './http2-frames.ts';
import type { Outcome } from './verdict.ts';

export type Http2Step =
  | readonly ['headers', stream: number, fields: readonly Field[], ends: boolean]
  | readonly ['data', stream: number, text: string, ends: boolean]
  | readonly ['raw', type: number, flags: number, stream: number, payload: string]
  | readonly ['many', count: number, type: number, flags: number, stream: number, payload: string]
  /** Requests that are reset at once. */
  | readonly ['flood', count: number, firstStream: number, fields: readonly Field[]]
  | readonly ['sleep', seconds: number];

/** How long a node may take to answer, or to refuse. Milliseconds. */
const LIMIT_MS = 4_000;

const CANCEL = Buffer.of(0, 0, 0, 8);

/** Bytes of floods that are written before the node is given time to read them. */
const WRITTEN_BYTES = 65_536;

const NOTHING = { headers: [], body: '', framing: 'none' } as const;

class Http2Dialogue {
  status = 0;
  isRefused = false;
  isClosed = false;
  isAnswered = false;
  readonly #socket: TLSSocket;
  readonly #reader = new FrameReader();
  #waiting = 0;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined).on('close', () => void (this.isClosed = true)).on('end', () => void (this.isClosed = true));
    socket.on('data', (chunk) => {
      for (const one of this.#reader.push(chunk)) this.#take(one);
    });
    socket.write(Buffer.concat([PREFACE, settings()]));
  }

  get isOver(): boolean {
    return this.isClosed || this.isRefused || this.isAnswered;
  }

  async play(step: Http2Step): Promise<void> {
    switch (step[0]) {
      case 'headers': return this.#write(headers(step[1], step[2], step[3]));
      case 'data': return this.#write(data(step[1], step[2], step[3]));
      case 'raw': return this.#write(frame(step[1], step[2], step[3], step[4]));
      case 'sleep': return new Promise((resolve) => setTimeout(resolve, step[1] * 1000));
      case 'many': {
        const one = frame(step[2], step[3], step[4], step[5]);
        for (let count = 0; count < step[1] && !this.isClosed; count += 1) await this.#write(one);
        return undefined;
      }
      case 'flood': {
        for (let count = 0; count < step[1] && !this.isClosed; count += 1) {
          const stream = step[2] + 2 * count;
          await this.#write(Buffer.concat([headers(stream, step[3], true), frame(FRAME.reset, 0, stream, CANCEL)]));
        }
        return undefined;
      }
      default: throw new Error(`no step ${String(step[0])}`);
    }
  }

  async over(): Promise<void> {
    for (const deadline = Date.now() + LIMIT_MS; !this.isOver && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#socket.write(bytes);
    this.#waiting += bytes.length;
    if (this.#waiting < WRITTEN_BYTES) return;
    this.#waiting = 0;
    await new Promise((resolve) => void setImmediate(resolve));
  }

  #take({ type, flags, payload }: Frame): void {
    if (type === FRAME.settings && flags === 0) this.#socket.write(settingsAck());
    if (type === FRAME.headers && this.status === 0) this.status = statusOf(payload);
    if (type === FRAME.headers || type === FRAME.data) this.isAnswered ||= (flags & 1) === 1;
    if (type === FRAME.reset || type === FRAME.goAway) this.isRefused = true;
  }
}

export async function framesOutcome(node: HostileNode, steps: readonly Http2Step[]): Promise<Outcome> {
  node.upstream.forget();
  const socket = connect({ port: node.ports.tls, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] });
  await new Promise<void>((resolve) => void socket.once('secureConnect', resolve).once('close', resolve));
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy();
    return { answers: [], rest: '', isClosed: false, requests: [], flaws: ['the node does not speak HTTP/2'] };
  }
  const dialogue = new Http2Dialogue(socket);
  try {
    for (const step of steps) await dialogue.play(step);
    await dialogue.over();
    const isServing = await node.serves();
    const isRefused = dialogue.isRefused || dialogue.isClosed;
    const status = dialogue.status === 0 && isRefused ? 400 : dialogue.status;
    return {
      answers: status === 0 ? [] : [{ startLine: `HTTP/2 ${status}`, ...NOTHING, complete: dialogue.isAnswered }],
      rest: '',
      // A stream that was refused needs no end of its connection.
      isClosed: true,
      requests: node.upstream.requests.filter(({ target }) => target !== '/barrier'),
      flaws: [...node.upstream.flaws, ...isServing ? [] : ['a plain request afterwards was not served']],
    };
  } finally {
    dialogue.destroy();
  }
}
