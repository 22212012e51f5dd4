/** Clients of a soak: many connections that live long, each with its own habit. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What a connection does, by the share of connections that do it. */
const HABITS = [
  { name: 'asks now and then', share: 0.86, next: plain },
  { name: 'sends a body', share: 0.05, next: posting },
  { name: 'sends its head in pieces', share: 0.03, next: inPieces },
  { name: 'leaves in the middle of an answer', share: 0.03, next: leaving },
  { name: 'sends what is no request', share: 0.03, next: malformed },
] as const;

const BODY = 'b'.repeat(16_384);

/** The end of each answer of the upstream. */
export const END_OF_ANSWER = '</end>';

export interface SoakCounts {
  answered: number;
  refused: number;
  opened: number;
  /** What came in place of the answer that should have come, and how often. */
  readonly failed: Record<string, number>;
}

/** Keeps so many connections open until `stop`. */
export class SoakClients {
  readonly counts: SoakCounts = { answered: 0, refused: 0, opened: 0, failed: {} };
  readonly #port: number;
  readonly #pauseMs: number;
  readonly #open = new Set<SoakConnection>();
  #isStopped = false;

  /** @param pauseMs mean pause between two requests of one connection */
  constructor(port: number, pauseMs: number) {
    this.#port = port;
    this.#pauseMs = pauseMs;
  }

  get open(): number {
    return this.#open.size;
  }

  get failures(): number {
    return Object.values(this.counts.failed).reduce((sum, count) => sum + count, 0);
  }

  /** Opens connections, some at a time, so that no backlog overflows. */
  async start(connections: number): Promise<void> {
    for (let n = 0; n < connections && !this.#isStopped; n += 1) {
      this.#connect(n);
      if (n % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const connection of this.#open) connection.abandon();
  }

  #connect(n: number): void {
    this.counts.opened += 1;
    const share = (n * 0.618_034) % 1;
    let sum = 0;
    const habit = HABITS.find((one) => (sum += one.share) > share) ?? HABITS[0];
    const connection = new SoakConnection(this.#port, `127.0.0.${1 + n % 8}`, habit.next, this.#pauseMs, this.counts);
    this.#open.add(connection);
    connection.socket.once('close', () => {
      this.#open.delete(connection);
      if (!this.#isStopped) setTimeout(() => this.#isStopped || this.#connect(n), this.#pauseMs / 10);
    });
  }
}

/** Does the next thing. @returns what the client expects: an answer, a refusal that closes, or nothing */
type Next = (socket: Socket, later: (work: () => void, ms: number) => void) => 'answer' | 'refusal' | 'nothing';

class SoakConnection {
  readonly socket: Socket;
  readonly #counts: SoakCounts;
  #awaits: ReturnType<Next> | undefined;
  #received = '';
  #error = 'closed';

  constructor(port: number, from: string, next: Next, pauseMs: number, counts: SoakCounts) {
    this.#counts = counts;
    this.socket = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true });
    const later = (work: () => void, ms: number) => void setTimeout(() => this.socket.destroyed || work(), ms);
    const go = () => later(() => {
      this.#awaits = next(this.socket, later);
    }, Math.random() * 2 * pauseMs);
    this.socket.on('error', (error: NodeJS.ErrnoException) => { this.#error = error.code ?? error.message; });
    this.socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      if (this.#awaits === 'answer' && /^HTTP\/1\.1 (?!200)/.test(this.#received)) return this.#fail();
      if (!this.#received.includes(END_OF_ANSWER)) return undefined;
      this.#received = '';
      if (this.#awaits === 'answer') counts.answered += 1;
      this.#awaits = undefined;
      return go();
    });
    this.socket.on('close', () => {
      if (this.#awaits === 'refusal' && /^HTTP\/1\.1 4\d\d /.test(this.#received)) counts.refused += 1;
      else if (this.#awaits === 'answer' || this.#awaits === 'refusal') this.#fail();
    });
    this.socket.once('connect', go);
  }

  /** Closes it; what was to come is not missing. */
  abandon(): void {
    this.#awaits = 'nothing';
    this.socket.destroy();
  }

  #fail(): void {
    const what = /^HTTP\/1\.1 (?!200)(\d+)/.exec(this.#received)?.[1]
      ?? `${this.#error} ${this.#received === '' ? 'before' : 'within'} the answer`;
    this.#counts.failed[what] = (this.#counts.failed[what] ?? 0) + 1;
    this.abandon();
  }
}

function plain(socket: Socket): 'answer' {
  socket.write(`GET /soak?${Math.floor(Math.random() * 1e6)} HTTP/1.1\r\nHost: soak\r\nX-Pad: ${'p'.repeat(200)}\r\n\r\n`);
  return 'answer';
}

function posting(socket: Socket): 'answer' {
  socket.write(`POST /soak HTTP/1.1\r\nHost: soak\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`);
  return 'answer';
}

function inPieces(socket: Socket, later: Parameters<Next>[1]): 'answer' {
  const send = ([piece, ...rest]: readonly string[]): void => {
    socket.write(piece!);
    // One after the other: on a busy machine, timers of different lengths end in any order.
    if (rest.length > 0) later(() => send(rest), 200);
  };
  send(['GET /soak HT', 'TP/1.1\r\nHo', 'st: soak\r', '\n\r\n']);
  return 'answer';
}

function leaving(socket: Socket, later: Parameters<Next>[1]): 'nothing' {
  socket.write('GET /soak/slow HTTP/1.1\r\nHost: soak\r\n\r\n');
  later(() => socket.destroy(), 30);
  return 'nothing';
}

function malformed(socket: Socket): 'refusal' {
  socket.write('GET /soak HTTP/1.1\r\nHost: soak\r\nHost: other\r\n\r\n');
  return 'refusal';
}
