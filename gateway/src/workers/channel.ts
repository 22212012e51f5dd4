/** Typed messages between two processes: statements, and questions with their answers. */
import { messageOf } from '../base/errors.ts';

/** What one end may say: names of what it tells with their values, and of what it asks with question and answer. */
export interface Speech {
  readonly tells: Readonly<Record<string, unknown>>;
  readonly asks: Readonly<Record<string, readonly [question: unknown, answer: unknown]>>;
}

/** One end of a pipe between processes, as `child_process` has it. */
export interface Pipe {
  readonly connected: boolean;
  send(message: unknown, done: (error: Error | null) => void): unknown;
  on(event: 'message', listen: (message: unknown) => void): unknown;
  once(event: 'disconnect', listen: () => void): unknown;
}

/** What is done with what the other end says. */
export interface Listeners<Theirs extends Speech> {
  readonly told: { readonly [Name in keyof Theirs['tells']]: (value: Theirs['tells'][Name]) => void };
  readonly asked: {
    readonly [Name in keyof Theirs['asks']]: (
      question: Theirs['asks'][Name][0],
    ) => Theirs['asks'][Name][1] | Promise<Theirs['asks'][Name][1]>;
  };
}

/** On the wire. */
type Message =
  | readonly ['tell', name: string, value: unknown]
  | readonly ['ask', id: number, name: string, question: unknown]
  | readonly ['answer', id: number, answer: unknown]
  | readonly ['failure', id: number, message: string];

interface Asked {
  /** Milliseconds of the clock of timers. */
  readonly deadline: number;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** How often questions are looked for that were not answered in time. Milliseconds. */
const LOOK_MS = 250;

/** Questions that may wait for an answer at a time. */
const MAX_ASKED = 100_000;

const GONE = 'the other process is gone';

export class Channel<Mine extends Speech, Theirs extends Speech> {
  readonly #pipe: Pipe;
  readonly #listeners: Listeners<Theirs>;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #looking: NodeJS.Timeout | undefined;

  constructor(pipe: Pipe, listeners: Listeners<Theirs>) {
    this.#pipe = pipe;
    this.#listeners = listeners;
    pipe.on('message', (message) => this.#hear(message as Message));
    pipe.once('disconnect', () => this.#abandon());
  }

  /** Says something. Nothing is said to a process that is gone. */
  tell<Name extends keyof Mine['tells'] & string>(name: Name, value: Mine['tells'][Name]): void {
    this.#send(['tell', name, value]);
  }

  /** Like `tell`; settles when the system has taken the message. */
  async hand<Name extends keyof Mine['tells'] & string>(name: Name, value: Mine['tells'][Name]): Promise<void> {
    await new Promise<void>((resolve) => this.#send(['tell', name, value], () => resolve()));
  }

  /** @throws Error when there is no answer within the limit, or the other end failed */
  ask<Name extends keyof Mine['asks'] & string>(
    name: Name, question: Mine['asks'][Name][0], limitMs: number,
  ): Promise<Mine['asks'][Name][1]> {
    if (!this.#pipe.connected) return Promise.reject(new Error(GONE));
    if (this.#asked.size >= MAX_ASKED) return Promise.reject(new Error('the other process has too many questions to answer'));
    return new Promise((resolve, reject) => {
      const id = this.#lastId += 1;
      this.#asked.set(id, { resolve, reject, deadline: performance.now() + limitMs });
      this.#looking ??= setInterval(() => this.#expire(), LOOK_MS).unref();
      this.#send(['ask', id, name, question]);
    });
  }

  #send(message: Message, done?: () => void): void {
    if (!this.#pipe.connected) return done?.();
    // A process may end at any time: what it does not hear does not matter any more.
    this.#pipe.send(message, () => done?.());
    return undefined;
  }

  #hear(message: Message): void {
    if (!Array.isArray(message)) return;
    if (message[0] === 'tell') this.#listeners.told[message[1]]?.(message[2] as never);
    else if (message[0] === 'ask') void this.#answer(message[1], message[2], message[3]);
    else if (message[0] === 'answer') this.#take(message[1])?.resolve(message[2]);
    else if (message[0] === 'failure') this.#take(message[1])?.reject(new Error(message[2]));
  }

  async #answer(id: number, name: string, question: unknown): Promise<void> {
    try {
      const listener = this.#listeners.asked[name];
      if (listener === undefined) throw new Error(`there is no answer to ${name}`);
      this.#send(['answer', id, await listener(question as never)]);
    } catch (error) {
      this.#send(['failure', id, messageOf(error)]);
    }
  }

  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#asked.size === 0) this.#rest();
    return asked;
  }

  #expire(): void {
    const now = performance.now();
    for (const [id, { deadline, reject }] of this.#asked) {
      if (deadline > now) continue;
      this.#asked.delete(id);
      reject(new Error('the other process did not answer in time'));
    }
    if (this.#asked.size === 0) this.#rest();
  }

  #abandon(): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    this.#rest();
    for (const { reject } of asked) reject(new Error(GONE));
  }

  #rest(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}
