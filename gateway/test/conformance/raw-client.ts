/** A client that sends exact bytes and tells what came back, and whether the connection was left open. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { HttpReader } from './http-reader.ts';
import type { ReadMessage } from './http-reader.ts';
import { textOf } from './suite.ts';
import type { HttpStep, Step } from './suite.ts';

export interface Exchanged {
  readonly answers: readonly ReadMessage[];
  readonly open: boolean;
}

/** How long an answer may take. Milliseconds. */
const ANSWER_LIMIT_MS = 5_000;

/** How long a connection is watched after the last answer, by what is expected. Milliseconds. */
const CLOSE_WATCH_MS = { open: 8, closed: 1_000 } as const;

export interface ExchangeOptions {
  readonly ports: { readonly proxy: number; readonly tls: number };
  /** What should become of the connection: how long it is watched depends on it, the result does not. */
  readonly expected: keyof typeof CLOSE_WATCH_MS;
}

export async function exchange(step: Step, { ports, expected }: ExchangeOptions): Promise<Exchanged> {
  const socket = step.tls === true
    ? connectTls({
      port: ports.tls, host: '127.0.0.1', rejectUnauthorized: false, ...(step.sni === undefined ? {} : { servername: step.sni }),
    })
    : connect({ port: ports.proxy, host: '127.0.0.1' });
  const connection = new Connection(socket);
  try {
    if (step.send !== undefined) await connection.sendPieces(step.send);
    const requests = step.http === undefined ? [] : [step.http].flat();
    const answers = step.one_by_one === true
      ? await connection.oneByOne(requests)
      : await connection.pipelined(requests, step.send === undefined ? requests.length : 1, methodsOf(step));
    return { answers, open: await connection.staysOpen(CLOSE_WATCH_MS[expected]) };
  } finally {
    socket.destroy();
  }
}

function methodsOf(step: Step): readonly string[] {
  if (step.http !== undefined) return [step.http].flat().map((request) => request.m ?? 'GET');
  return [String(step.send?.[0]).split(' ', 1)[0]!];
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

  async sendPieces(pieces: NonNullable<Step['send']>): Promise<void> {
    for (const piece of pieces) {
      if (typeof piece === 'object' && 'sleep' in piece) await new Promise((resolve) => setTimeout(resolve, piece.sleep * 1000));
      else if (typeof piece === 'object' && 'shut' in piece) this.#socket.end();
      else this.#socket.write(textOf(piece), 'latin1');
    }
  }

  async pipelined(requests: readonly HttpStep[], count: number, methods: readonly string[]): Promise<ReadMessage[]> {
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

  async oneByOne(requests: readonly HttpStep[]): Promise<ReadMessage[]> {
    const answers: ReadMessage[] = [];
    for (const request of requests) answers.push(...await this.pipelined([request], 1, [request.m ?? 'GET']));
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
        const timer = setTimeout(resolve, 50);
        this.#socket.once('data', () => {
          clearTimeout(timer);
          setImmediate(resolve);
        });
        this.#socket.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

function isFinal(answer: ReadMessage): boolean {
  const status = Number(answer.startLine.split(' ')[1]);
  return status >= 200 || status === 101;
}

function bytesOf(request: HttpStep): string {
  const lines = [`${request.m ?? 'GET'} ${request.p} HTTP/${request.v ?? '1.1'}`];
  if (request.host !== null && request.host !== undefined) lines.push(`Host: ${request.host}`);
  for (const [name, value] of request.h ?? []) lines.push(`${name}: ${value}`);
  const body = request.b === undefined ? undefined : textOf(request.b);
  const framed = (request.h ?? []).some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  if (body !== undefined && !framed) lines.push(`Content-Length: ${body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
