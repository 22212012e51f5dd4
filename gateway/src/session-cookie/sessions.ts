/**
 * Sessions of browsers, kept in encrypted cookies: nothing is stored on a node, and every node with the same secret can read them.
 *
 *     const sessions = createSessions<Login>({ secret, cookie: { name: 'session' }, timeouts, clock, log });
 *     // phase access
 *     const session = sessions.open(exchange);      // who is it? `undefined`: log in
 *     sessions.begin(exchange, data, subject);      // after a login: a new session with a new id
 *     sessions.save(exchange, data);                // the same session has other data, e.g. refreshed tokens
 *     sessions.destroy(exchange);                   // after a logout
 *     // phase responseHeaders, of every answer, also those of `respond` and `refuse`
 *     sessions.writeCookies(exchange);
 *
 * A session that is in use gets new marks of time by itself. Data that is too long for one cookie takes several, up to about 24 KB as
 * JSON. A cookie cannot be taken back: who keeps a copy has the session until it ends by time. Data of other purposes, such as the state
 * of a login that is under way, belongs in a second `createSessions` with another cookie.
 */
import { randomBytes } from 'node:crypto';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Exchange } from '../plugin-kit/exchange.ts';
import { markPersonal } from '../plugin-kit/personal-headers.ts';
import { requestState } from '../plugin-kit/request-state.ts';
import { textCookie } from './cookies.ts';
import type { CookieOptions } from './cookies.ts';
import { createSeal } from './seal.ts';
import { decodeSession, encodeSession } from './session-text.ts';
import type { SessionRecord } from './session-text.ts';
import { isOver, marked, needsMark, timeLeft } from './session-times.ts';
import type { SessionTimeouts, TimeLeft } from './session-times.ts';

export interface SessionOptions {
  /** Of any length. Several: the first one encrypts, all of them decrypt. */
  readonly secret: string | readonly string[];
  /** Who sessions are for: those of another audience do not open. @default 'default' */
  readonly audience?: string | undefined;
  readonly cookie: CookieOptions;
  readonly timeouts: SessionTimeouts;
  /** A second cookie, from which a session begins again when it has ended. @default - none */
  readonly remember?: { readonly cookieName: string; readonly rolling: number; readonly absolute: number } | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Session<Data> {
  readonly id: string;
  readonly audience: string;
  readonly subject: string | undefined;
  readonly data: Data;
  /** Until it ends. Seconds. */
  readonly timeLeft: TimeLeft;
}

export interface Sessions<Data> {
  /** The session of the request: from its cookies, or as it has become since. */
  open(exchange: Exchange): Session<Data> | undefined;
  begin(exchange: Exchange, data: Data, subject?: string): Session<Data>;
  /** Begins a session when there is none. */
  save(exchange: Exchange, data: Data): Session<Data>;
  destroy(exchange: Exchange): void;
  /** Adds the cookies that came of all this to the answer. */
  writeCookies(exchange: Exchange): void;
}

/** What is known of a request. */
interface State<Data> {
  record: SessionRecord<Data> | undefined;
  /** When the time of the second cookie began; set when it is to be written. Seconds since 1970. */
  rememberedSince: number | undefined;
  change: 'none' | 'write' | 'clear';
}

/** Data must survive JSON. */
export function createSessions<Data>(options: SessionOptions): Sessions<Data> {
  const { audience = 'default', timeouts, remember, clock, log } = options;
  const secrets = [options.secret].flat();
  const sealFor = (name: string) => createSeal(secrets, `session\0${audience}\0${name}`);
  const cookie = textCookie(options.cookie);
  const seal = sealFor(options.cookie.name);
  const second = remember && {
    cookie: textCookie({ ...options.cookie, name: remember.cookieName, maxAgeSeconds: remember.rolling }),
    seal: sealFor(remember.cookieName),
    timeouts: { idling: 0, rolling: remember.rolling, absolute: remember.absolute },
  };
  const states = requestState<State<Data>>();
  const now = () => Math.floor(clock.now() / 1000);

  const read = (from: typeof cookie, by: typeof seal, limits: SessionTimeouts, { request }: Exchange): SessionRecord<Data> | undefined => {
    const sealed = from.read(request);
    const text = sealed === undefined ? undefined : by.open(sealed);
    const record = text === undefined ? undefined : decodeSession<Data>(text);
    return record === undefined || isOver(record.times, limits, now()) ? undefined : record;
  };

  const stateOf = (exchange: Exchange): State<Data> => {
    const known = states.of(exchange);
    if (known !== undefined) return known;
    const state = firstState(exchange);
    states.set(exchange, state);
    return state;
  };

  const firstState = (exchange: Exchange): State<Data> => {
    const record = read(cookie, seal, timeouts, exchange);
    if (record !== undefined) {
      return { record, rememberedSince: undefined, change: needsMark(record.times, timeouts, now()) ? 'write' : 'none' };
    }
    const remembered = second && read(second.cookie, second.seal, second.timeouts, exchange);
    if (remembered === undefined) return { record: undefined, rememberedSince: undefined, change: 'none' };
    return { record: newRecord(remembered.data, remembered.subject), rememberedSince: remembered.times.begun, change: 'write' };
  };

  const newRecord = (data: Data, subject: string | undefined): SessionRecord<Data> => {
    const time = now();
    return { id: randomBytes(32).toString('base64url'), subject, data, times: { begun: time, renewed: time, used: time } };
  };

  const shown = ({ id, subject, data, times }: SessionRecord<Data>): Session<Data> => (
    { id, audience, subject, data, timeLeft: timeLeft(times, timeouts, now()) });

  const write = ({ request }: Exchange, record: SessionRecord<Data>, rememberedSince: number | undefined): readonly string[] => {
    const times = marked(record.times, timeouts, now());
    const lines = cookie.write(seal.seal(encodeSession({ ...record, times })), request, clock.now());
    if (lines === undefined) {
      log.error(`a session is too long for cookies, so that it is not kept: its data has ${JSON.stringify(record.data).length} characters`);
      return [];
    }
    if (second === undefined || rememberedSince === undefined) return lines;
    const sealed = second.seal.seal(encodeSession({ ...record, times: { begun: rememberedSince, renewed: times.used, used: times.used } }));
    return [...lines, ...second.cookie.write(sealed, request, clock.now()) ?? []];
  };

  const replace = (exchange: Exchange, record: SessionRecord<Data>, rememberedSince: number | undefined): Session<Data> => {
    states.set(exchange, { record, rememberedSince, change: 'write' });
    return shown(record);
  };

  return {
    open: (exchange) => {
      const { record } = stateOf(exchange);
      return record && shown(record);
    },
    begin: (exchange, data, subject) => replace(exchange, newRecord(data, subject), now()),
    save: (exchange, data) => {
      const { record, rememberedSince } = stateOf(exchange);
      return record === undefined
        ? replace(exchange, newRecord(data, undefined), now())
        : replace(exchange, { ...record, data }, rememberedSince);
    },
    destroy: (exchange) => states.set(exchange, { record: undefined, rememberedSince: undefined, change: 'clear' }),
    writeCookies: (exchange) => {
      const state = states.of(exchange);
      if (state === undefined || state.change === 'none') return;
      const { request, response } = exchange;
      const lines = state.record === undefined
        ? [...cookie.clear(request), ...second?.cookie.clear(request) ?? []]
        : write(exchange, state.record, state.rememberedSince);
      for (const line of lines) {
        response?.addHeader('Set-Cookie', line);
        markPersonal(exchange, 'Set-Cookie', line);
      }
    },
  };
}
