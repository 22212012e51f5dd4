/** A client that sends exact bytes and tells what came back, and whether the connection was left open. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { textOf } from '../suite.ts';
import type { HttpRequest, SentPiece } from '../suite.ts';
import { signed } from './hmac-signature.ts';
import { HttpReader } from './http-reader.ts';
import type { ReadMessage } from './http-reader.ts';

export interface Exchanged {
  readonly answers: readonly ReadMessage[];
  /** Answers that did not come. */
  readonly missing: number;
  /** What came and is no answer. */
  readonly rest: string;
  readonly open: boolean;
}

/** How long an answer may take. Milliseconds. */
const ANSWER_LIMIT_MS = 10_000;

/** How long a connection is watched after the last answer, by what is expected. Milliseconds. */
const CLOSE_WATCH_MS = { open: 8, closed: 1_000 } as const;

export interface Sent {
  readonly requests?: readonly HttpRequest[];
  readonly pieces?: readonly SentPiece[];
  /** Each request waits for the answer before it. */
  readonly oneByOne?: boolean;
  readonly tls?: boolean;
  readonly sni?: string | undefined;
}

export interface ExchangeOptions {
  readonly ports: { readonly proxy: number; readonly proxyssl: number };
  /** What should become of the connection: how long it is watched depends on it, the result does not. */
  readonly expected: keyof typeof CLOSE_WATCH_MS;
  /** How many answers should come. @default - one for each request */
  readonly answers?: number | undefined;
}

export async function exchange(sent: Sent, { ports, expected, answers: wanted }: ExchangeOptions): Promise<Exchanged> {
  const socket = sent.tls === true
    ? connectTls({
      port: ports.proxyssl, host: '127.0.0.1', rejectUnauthorized: false, ...sent.sni !== undefined && { servername: sent.sni },
    })
    : connect({ port: ports.proxy, host: '127.0.0.1' });
  const connection = new Connection(socket);
  const { requests = [], pieces } = sent;
  try {
    if (pieces !== undefined) await connection.sendPieces(pieces);
    const count = wanted ?? Math.max(requests.length, 1);
    const answers = sent.oneByOne === true
      ? await connection.oneByOne(requests)
      : await connection.pipelined(requests, count, pieces === undefined ? requests.map(methodOf) : [String(pieces[0]).split(' ', 1)[0]!]);
    const final = answers.filter(isFinal).length;
    const open = await connection.staysOpen(CLOSE_WATCH_MS[expected]);
    const missing = sent.oneByOne === true && final < requests.length ? 1 : Math.max(count - final, 0);
    return { answers, missing, rest: connection.rest, open };
  } finally {
    socket.destroy();
  }
}

function methodOf(request: HttpRequest): string {
  return request.m ?? 'GET';
}

class Connection {
  readonly #socket: Socket;
  readonly #reader = new HttpReader();
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#reader.push(chunk));
    socket.on('error', () => undefined);
    for (const event of ['end', 'close'] as const) {
      socket.on(event, () => {
        this.#ended = true;
        this.#reader.end();
      });
    }
  }

  get rest(): string {
    return this.#reader.rest;
  }

  async sendPieces(pieces: readonly SentPiece[]): Promise<void> {
    for (const piece of pieces) {
      if (typeof piece === 'object' && 'sleep' in piece) await new Promise((resolve) => setTimeout(resolve, piece.sleep * 1000));
      else if (typeof piece === 'object' && 'shut' in piece) this.#socket.end();
      else this.#socket.write(textOf(piece), 'latin1');
    }
  }

  async pipelined(requests: readonly HttpRequest[], count: number, methods: readonly string[]): Promise<ReadMessage[]> {
    if (requests.length > 0) this.#socket.write(requests.map(bytesOf).join(''), 'latin1');
    const answers: ReadMessage[] = [];
    for (let final = 0; final < count;) {
      const answer = await this.#next(methods[final] === 'HEAD');
      if (answer === undefined) break;
      answers.push(answer);
      if (isFinal(answer)) final += 1;
    }
    return answers;
  }

  async oneByOne(requests: readonly HttpRequest[]): Promise<ReadMessage[]> {
    const answers: ReadMessage[] = [];
    for (const request of requests) {
      const came = await this.pipelined([request], 1, [methodOf(request)]);
      answers.push(...came);
      if (!came.some(isFinal)) break;
    }
    return answers;
  }

  async staysOpen(watchMs: number): Promise<boolean> {
    const deadline = Date.now() + watchMs;
    while (!this.#ended && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2));
    return !this.#ended;
  }

  async #next(bodiless: boolean): Promise<ReadMessage | undefined> {
    const deadline = Date.now() + ANSWER_LIMIT_MS;
    for (;;) {
      const message = this.#reader.next('response', bodiless);
      if (message !== undefined || this.#ended || Date.now() > deadline) return message;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#socket.off('data', wake).off('close', wake);
          setImmediate(resolve);
        };
        const timer = setTimeout(wake, 50);
        this.#socket.once('data', wake).once('close', wake);
      });
    }
  }
}

function isFinal(answer: ReadMessage): boolean {
  const status = Number(answer.startLine.split(' ')[1]);
  return !(status < 200) || status === 101;
}

export function bytesOf(template: HttpRequest): string {
  const request = signed(template);
  const lines = [`${methodOf(request)} ${request.p} HTTP/${request.v ?? '1.1'}`];
  if (request.host !== null && request.host !== undefined) lines.push(`Host: ${request.host}`);
  for (const [name, value] of request.h ?? []) lines.push(`${name}: ${value}`);
  const body = request.b === undefined || request.b === null ? undefined : textOf(request.b);
  const framed = (request.h ?? []).some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  if (body !== undefined && !framed) lines.push(`Content-Length: ${body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
