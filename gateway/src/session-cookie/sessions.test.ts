/** Sessions over several requests of one browser, and what hostile cookies come to. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { SILENT } from '../base/log.ts';
import type { Log } from '../base/log.ts';
import { FakeExchange, FakeResponse } from '../plugin-kit/testing.ts';
import { createSessions } from './sessions.ts';
import type { SessionOptions, Sessions } from './sessions.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const START = 1_000_000_000;

/** What keeps cookies as browsers do, by name, unless they have ended. */
class Browser {
  readonly cookies = new Map<string, string>();
  /** Lines of the last answer. */
  lines: readonly string[] = [];

  /** Sends one request, and gives what the gateway made of it. */
  visit<T>(sessions: Sessions<unknown>, act: (exchange: FakeExchange) => T): T {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const exchange = new FakeExchange(cookie === '' ? {} : { headers: { cookie } });
    const result = act(exchange);
    exchange.response = new FakeResponse();
    sessions.writeCookies(exchange);
    this.lines = exchange.response.headerValues('Set-Cookie');
    for (const line of this.lines) this.#keep(line);
    return result;
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
    if (line.includes('Max-Age=0')) this.cookies.delete(name!);
    else this.cookies.set(name!, value!);
  }
}

interface Setup extends Partial<Omit<SessionOptions, 'clock'>> {
  readonly clock?: ManualClock;
}

const sessionsOf = ({ clock = new ManualClock(START * 1000), ...given }: Setup = {}): Sessions<unknown> => createSessions({
  secret: SECRET, cookie: { name: 'session' }, timeouts: { idling: 900, rolling: 3600, absolute: 86_400 }, log: SILENT, ...given, clock,
});

const dataOf = (sessions: Sessions<unknown>, browser: Browser): unknown =>
  browser.visit(sessions, (exchange) => sessions.open(exchange)?.data);

function loggedIn(sessions: Sessions<unknown>, data: unknown = 'mine'): Browser {
  const browser = new Browser();
  browser.visit(sessions, (exchange) => sessions.begin(exchange, data, 'bob'));
  return browser;
}

describe('a session', () => {
  it('is there at the next request, on every node with the secret, without a new cookie', () => {
    const browser = loggedIn(sessionsOf());
    const other = sessionsOf();
    expect(browser.visit(other, (exchange) => other.open(exchange))).toEqual({
      id: expect.stringMatching(/^[\w-]{43}$/) as string, audience: 'default', subject: 'bob', data: 'mine',
      timeLeft: { idling: 900, rolling: 3600, absolute: 86_400 },
    });
    expect(browser.lines).toEqual([]);
  });

  it('is there as soon as it has begun', () => {
    const sessions = sessionsOf();
    const data = new Browser().visit(sessions, (exchange) => {
      sessions.begin(exchange, 'now');
      return sessions.open(exchange)?.data;
    });
    expect(data).toBe('now');
  });

  it('has a new id after each login, and keeps it when its data changes', () => {
    const sessions = sessionsOf();
    const browser = loggedIn(sessions);
    const idNow = () => browser.visit(sessions, (exchange) => sessions.open(exchange)!.id);
    const first = idNow();
    browser.visit(sessions, (exchange) => sessions.save(exchange, 'changed'));
    expect([idNow(), dataOf(sessions, browser)]).toEqual([first, 'changed']);
    browser.visit(sessions, (exchange) => sessions.begin(exchange, 'mine', 'bob'));
    expect(idNow()).not.toBe(first);
  });

  it('ends when it is destroyed', () => {
    const sessions = sessionsOf();
    const browser = loggedIn(sessions);
    browser.visit(sessions, (exchange) => sessions.destroy(exchange));
    expect(browser.lines).toEqual([
      'session=; Path=/; SameSite=Strict; Secure; HttpOnly; expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0',
    ]);
    expect(dataOf(sessions, browser)).toBeUndefined();
  });

  it.each<readonly [string, SessionOptions['cookie'], string]>([
    ['the usual ones', { name: 'session' }, '; Path=/; SameSite=Strict; Secure; HttpOnly'],
    ['others', { name: 'session', path: '/x', domain: 'a.test', sameSite: 'Lax', secure: false, httpOnly: false },
      '; Domain=a.test; Path=/x; SameSite=Lax'],
    ['with an end', { name: 'session', maxAgeSeconds: 50 },
      '; Path=/; SameSite=Strict; Secure; HttpOnly; expires=Sun, 09 Sep 2001 01:47:30 GMT; Max-Age=50'],
  ])('has attributes: %s', (_what, cookie, attributes) => {
    const [line] = loggedIn(sessionsOf({ cookie })).lines;
    expect(line!.slice(line!.indexOf(';'))).toBe(attributes);
  });
});

describe('time', () => {
  const never = { idling: 0, rolling: 0, absolute: 0 };

  it.each<readonly [string, SessionOptions['timeouts'], readonly number[], unknown]>([
    ['idle for less', { ...never, idling: 900 }, [900], 'mine'],
    ['idle for too long', { ...never, idling: 900 }, [901], undefined],
    ['a negative time', { ...never, idling: -1 }, [0], undefined],
    ['in use, for longer than it may be idle', { ...never, idling: 900 }, [500, 500, 500], 'mine'],
    ['in use once more than it needs a mark for', { ...never, idling: 900 }, [59, 842], undefined],
    ['in use, for longer than rolling', { ...never, rolling: 3600 }, [3000, 3000, 3000], 'mine'],
    ['not in use for rolling', { ...never, rolling: 3600 }, [1000, 3000], undefined],
    ['in use until its absolute end', { ...never, idling: 900, absolute: 1000 }, [800, 200], 'mine'],
    ['at its absolute end', { ...never, idling: 900, absolute: 1000 }, [800, 201], undefined],
    ['without any end', never, [1e9], 'mine'],
  ])('%s', (_what, timeouts, steps, expected) => {
    const clock = new ManualClock(START * 1000);
    const sessions = sessionsOf({ clock, timeouts });
    const browser = loggedIn(sessions);
    let data: unknown;
    for (const seconds of steps) {
      clock.advance(seconds * 1000);
      data = dataOf(sessions, browser);
    }
    expect(data).toBe(expected);
  });
});

describe('a remembered client', () => {
  const remember = { cookieName: 'remember', rolling: 10_000, absolute: 25_000 };

  function remembered(): { browser: Browser; after(seconds: number): unknown } {
    const clock = new ManualClock(START * 1000);
    const sessions = sessionsOf({ clock, remember });
    const browser = loggedIn(sessions);
    return {
      browser,
      after: (seconds) => {
        clock.advance(seconds * 1000);
        return dataOf(sessions, browser);
      },
    };
  }

  it('gets a second cookie that lasts', () => {
    expect(remembered().browser.lines[1]).toMatch(
      /^remember=[^;]{60,}; Path=\/; SameSite=Strict; Secure; HttpOnly; expires=Sun, 09 Sep 2001 04:33:20 GMT; Max-Age=10000$/,
    );
  });

  it('has a session again when the first has ended, until the second cookie ends', () => {
    const { browser, after } = remembered();
    expect(after(9000)).toBe('mine');
    expect(browser.lines.map((line) => line.slice(0, line.indexOf('=')))).toEqual(['session', 'remember']);
    expect(after(10)).toBe('mine');
    expect(browser.lines).toEqual([]);
    expect([after(9000), after(6991)]).toEqual(['mine', undefined]);
  });

  it('is forgotten after a logout', () => {
    const sessions = sessionsOf({ remember });
    const browser = loggedIn(sessions);
    browser.visit(sessions, (exchange) => sessions.destroy(exchange));
    expect(browser.cookies.size).toBe(0);
  });

  it('cannot use the second cookie for the first', () => {
    const sessions = sessionsOf({ remember });
    const browser = loggedIn(sessions);
    browser.cookies.set('session', browser.cookies.get('remember')!);
    browser.cookies.delete('remember');
    expect(dataOf(sessions, browser)).toBeUndefined();
  });
});

describe('long data', () => {
  it('takes several cookies, each as short as browsers demand, and comes back whole', () => {
    const sessions = sessionsOf({ cookie: { name: 'session', domain: 'long-name.test', path: '/path' } });
    fc.assert(fc.property(fc.integer({ min: 0, max: 11_000 }), fc.constantFrom('x', 'é', '"'), (length, character) => {
      const browser = loggedIn(sessions, character.repeat(length));
      expect(Math.max(...browser.lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(4096);
      expect(dataOf(sessions, browser) === character.repeat(length)).toBe(true);
    }), { numRuns: 30 });
  });

  it('leaves no parts behind when it gets short, or goes', () => {
    const sessions = sessionsOf();
    const browser = loggedIn(sessions, 'x'.repeat(9000));
    expect([...browser.cookies.keys()]).toEqual(['session', 'session_2', 'session_3', 'session_4']);
    browser.visit(sessions, (exchange) => sessions.save(exchange, 'short'));
    expect([...browser.cookies.keys()]).toEqual(['session']);
    const other = loggedIn(sessions, 'x'.repeat(9000));
    other.visit(sessions, (exchange) => sessions.destroy(exchange));
    expect(other.cookies.size).toBe(0);
  });

  it('is not kept when it is too long for cookies; the log tells its length and nothing of it', () => {
    const errors: string[] = [];
    const log: Log = { ...SILENT, error: (text) => void errors.push(text) };
    const browser = loggedIn(sessionsOf({ log }), 'secret'.repeat(10_000));
    expect(browser.lines).toEqual([]);
    expect(errors).toEqual(['a session is too long for cookies, so that it is not kept: its data has 60002 characters']);
  });
});

describe('a cookie that does not open', () => {
  const sessions = sessionsOf();
  const good = loggedIn(sessions).cookies.get('session')!;
  const opened = (value: string, by = sessions): unknown => {
    const browser = new Browser();
    browser.cookies.set('session', value);
    return dataOf(by, browser);
  };

  it.each<readonly [string, string]>([
    ['with more behind it', `${good}x`], ['with four characters more', `${good}AAAA`], ['cut', good.slice(0, -1)], ['empty', ''],
    ['without its count', good.slice(2)], ['with another count', `2.${good.slice(2)}`], ['with the count 0', `0.${good.slice(2)}`],
    ['a count alone', '1.'], ['with padding', `${good}=`],
    ['with a space in it', `${good.slice(0, 9)} ${good.slice(9)}`],
    ['other text', 'abc'],
  ])('%s', (_what, value) => {
    expect(opened(value)).toBeUndefined();
  });

  it('of another secret, another audience, another name', () => {
    expect([
      opened(good, sessionsOf({ secret: 'other' })), opened(good, sessionsOf({ audience: 'other' })),
      opened(good, sessionsOf({ cookie: { name: 'other' } })),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('opens with an old secret beside the new one', () => {
    expect(opened(good, sessionsOf({ secret: ['new', SECRET] }))).toBe('mine');
  });

  it('with any byte changed, or made up', () => {
    fc.assert(fc.property(fc.nat(good.length - 3), fc.constantFrom(...'AZaz09-_'), (at, character) => {
      const changed = good.slice(0, at + 2) + character + good.slice(at + 3);
      expect(opened(changed)).toBe(changed === good ? 'mine' : undefined);
    }));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const value = Buffer.from(bytes).toString('latin1');
      expect(opened(value)).toBeUndefined();
      expect(opened(`1.${value}`)).toBeUndefined();
    }));
  });

  it('never looks the same twice', () => {
    expect(loggedIn(sessions).cookies.get('session')).not.toBe(good);
  });
});
