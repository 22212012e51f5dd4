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

export interface SoakCounts {
  answered: number;
  refused: number;
  /** Answers that should have come and did not. */
  failed: number;
  opened: number;
}

/** Keeps so many connections open until `stop`. */
export class SoakClients {
  readonly counts: SoakCounts = { answered: 0, refused: 0, failed: 0, opened: 0 };
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

  /** Opens connections, some at a time, so that no backlog overflows. */
  async start(connections: number): Promise<void> {
    for (let n = 0; n < connections && !this.#isStopped; n += 1) {
      this.#connect(n);
      if (n % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const connection of this.#open) connection.socket.destroy();
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
  #awaits: ReturnType<Next> | undefined;
  #received = '';

  constructor(port: number, from: string, next: Next, pauseMs: number, counts: SoakCounts) {
    this.socket = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true });
    const later = (work: () => void, ms: number) => void setTimeout(() => this.socket.destroyed || work(), ms);
    const go = () => later(() => {
      this.#awaits = next(this.socket, later);
    }, Math.random() * 2 * pauseMs);
    this.socket.on('error', () => { /* Counted when it closes. */ });
    this.socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      if (!this.#received.includes('</end>')) return;
      this.#received = '';
      if (this.#awaits === 'answer') counts.answered += 1;
      this.#awaits = undefined;
      go();
    });
    this.socket.on('close', () => {
      if (this.#awaits === 'answer') counts.failed += 1;
      if (this.#awaits === 'refusal') counts[/^HTTP\/1\.1 4\d\d /.test(this.#received) ? 'refused' : 'failed'] += 1;
    });
    this.socket.once('connect', go);
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
  const pieces = ['GET /soak HT', 'TP/1.1\r\nHo', 'st: soak\r', '\n\r\n'];
  for (const [at, piece] of pieces.entries()) later(() => socket.write(piece), at * 200);
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
