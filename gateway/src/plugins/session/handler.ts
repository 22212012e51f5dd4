/**
 * session: remembers in a cookie who a client is, so that plugins which authenticate need not find out again; they must have `anonymous`.
 * Phase access finds the client of a cookie; phase responseHeaders gives a cookie to one that another plugin has authenticated. A cookie
 * that does not open counts as none. With `storage: kong`, logins are in the database of the node, which only a single node has.
 */
import { randomBytes } from 'node:crypto';

import type { Log } from '../../base/log.ts';
import { bodyFieldsOf, MAX_BODY_BYTES } from '../../plugin-kit/body-fields/body-fields.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import type { NodeServices } from '../../plugin-kit/services.ts';
import { createSessions } from '../../session-cookie/sessions.ts';
import type { Session } from '../../session-cookie/sessions.ts';
import { COOKIE_LOGINS, storedLogins } from './logins.ts';
import type { Kept, Login, Logins } from './logins.ts';
import { session as sessionSchema } from './schema.ts';
import type { SessionConfig } from './schema.ts';

type Fact = NonNullable<SessionConfig['request_headers']>[number];

/** The login that the session of a request had. */
const known = requestState<Login>();

export const sessionHandler = defineHandler<SessionConfig>(sessionSchema, (config, { clock, log, services }) => {
  const secret = config.secret ?? secretOfNode(log);
  const logins = config.storage === 'kong' ? databaseLogins(services, secret, config) : COOKIE_LOGINS;
  const sessions = createSessions<Kept>({
    secret,
    audience: config.audience ?? undefined,
    cookie: {
      name: config.cookie_name ?? 'session',
      path: config.cookie_path ?? undefined,
      domain: config.cookie_domain ?? undefined,
      sameSite: config.cookie_same_site ?? undefined,
      secure: config.cookie_secure ?? undefined,
      httpOnly: config.cookie_http_only ?? undefined,
    },
    timeouts: { idling: config.idling_timeout ?? 0, rolling: config.rolling_timeout ?? 0, absolute: config.absolute_timeout ?? 0 },
    ...config.remember === true && {
      remember: {
        cookieName: config.remember_cookie_name ?? 'remember',
        rolling: config.remember_rolling_timeout ?? 0,
        absolute: config.remember_absolute_timeout ?? 0,
      },
    },
    clock,
    log,
  });
  const logoutMethods: ReadonlySet<string> = new Set(config.logout_methods);
  const requestFacts = config.request_headers ?? [];
  const responseFacts = config.response_headers ?? [];

  const logOut = (exchange: Exchange, { data }: Session<Kept>): void | Promise<void> => {
    sessions.destroy(exchange);
    exchange.respond({ status: 200 });
    return logins.forget(data);
  };

  const logIn = (exchange: Exchange, session: Session<Kept>, login: Login | undefined): void => {
    if (login === undefined) return undefined;
    const consumer = exchange.configuration.consumers.byId.get(login.consumer);
    if (consumer === undefined) return sessions.destroy(exchange);
    for (const fact of requestFacts) setFact(exchange.upstream, fact, session);
    known.set(exchange, login);
    return exchange.authenticate({
      consumer, credential: { id: login.credential }, ...login.groups !== undefined && { groups: login.groups },
    });
  };

  const proceed = (exchange: Exchange, session: Session<Kept>, isLogout: boolean): void | Promise<void> => {
    if (isLogout) return logOut(exchange, session);
    const login = logins.find(session.data);
    return login instanceof Promise ? login.then((found) => logIn(exchange, session, found)) : logIn(exchange, session, login);
  };

  /** The session of a client that is logged in. */
  const sessionOf = (exchange: Exchange, login: Login, subject: string): Session<Kept> | Promise<Session<Kept>> => {
    const before = known.of(exchange);
    const session = before !== undefined && isSame(before, login) ? sessions.open(exchange) : undefined;
    if (session !== undefined) return session;
    const kept = logins.keep(login);
    return kept instanceof Promise ? kept.then((key) => sessions.begin(exchange, key, subject)) : sessions.begin(exchange, kept, subject);
  };

  const finish = (exchange: Exchange, session: Session<Kept>): void => {
    for (const fact of responseFacts) setFact(exchange.response!, fact, session);
    sessions.writeCookies(exchange);
  };

  return {
    access: (exchange) => {
      // Without a session, too, a client must not say for the upstream what only a session says.
      for (const fact of requestFacts) exchange.upstream.removeHeader(HEADERS[fact]);
      const session = sessions.open(exchange);
      if (session === undefined) return undefined;
      if (!logoutMethods.has(exchange.request.method)) return proceed(exchange, session, false);
      const isInQuery = hasArgument(exchange, config.logout_query_arg);
      if (isInQuery || config.read_body_for_logout !== true) return proceed(exchange, session, isInQuery);
      return isInBody(exchange, config.logout_post_arg).then((isLogout) => proceed(exchange, session, isLogout));
    },
    responseHeaders: (exchange) => {
      const { consumer, credential, groups, response } = exchange;
      if (consumer === undefined || credential === undefined || response === undefined) return sessions.writeCookies(exchange);
      const login: Login = { consumer: consumer.id, credential: credential.id, ...groups !== undefined && { groups } };
      const session = sessionOf(exchange, login, consumer.username ?? consumer.customId ?? consumer.id);
      return session instanceof Promise ? session.then((made) => finish(exchange, made)) : finish(exchange, session);
    },
  };
});

/** Longest time that the database keeps a login of a session without an end. Seconds. */
const MAX_LOGIN_SECONDS = 400 * 24 * 3600;

/** @throws Error the node has no database */
function databaseLogins({ sessions }: NodeServices, secret: string, config: SessionConfig): Logins {
  if (sessions === undefined) {
    throw new Error('config.storage "kong" keeps sessions in the database of the node, and this node has none; use "cookie"');
  }
  const ends = [config.absolute_timeout ?? 0, config.remember === true ? config.remember_absolute_timeout ?? 0 : 1];
  const isEndless = ends.some((seconds) => seconds <= 0);
  return storedLogins(sessions, secret, isEndless ? MAX_LOGIN_SECONDS : Math.min(Math.ceil(Math.max(...ends)), MAX_LOGIN_SECONDS));
}

function secretOfNode(log: Log): string {
  log.warn('config.secret is not set: sessions end when this node restarts, and other nodes do not know them; set one for all nodes');
  return randomBytes(32).toString('base64');
}

function isSame(before: Login, login: Login): boolean {
  return before.consumer === login.consumer && before.credential === login.credential;
}

function hasArgument({ request }: Exchange, name: string | null): boolean {
  return name !== null && request.query !== '' && request.queryArguments().some(([given]) => given === name);
}

async function isInBody({ request }: Exchange, name: string | null): Promise<boolean> {
  const body = name === null ? undefined : await request.body(MAX_BODY_BYTES);
  return body !== undefined && name !== null && bodyFieldsOf(body, request.header('content-type'))?.has(name) === true;
}

/** Sets a header such as `Session-Id`, or removes it where the session has no such fact. */
function setFact(
  message: { setHeader(name: string, value: string): void; removeHeader(name: string): void }, fact: Fact, session: Session<Kept>,
): void {
  const value = valueOf(fact, session);
  if (value === undefined) message.removeHeader(HEADERS[fact]);
  else message.setHeader(HEADERS[fact], String(value));
}

const HEADERS: Readonly<Record<Fact, string>> = {
  'id': 'Session-Id',
  'audience': 'Session-Audience',
  'subject': 'Session-Subject',
  'timeout': 'Session-Timeout',
  'idling-timeout': 'Session-Idling-Timeout',
  'rolling-timeout': 'Session-Rolling-Timeout',
  'absolute-timeout': 'Session-Absolute-Timeout',
};

function valueOf(fact: Fact, { id, audience, subject, timeLeft }: Session<Kept>): string | number | undefined {
  switch (fact) {
    case 'id': return id;
    case 'audience': return audience;
    case 'subject': return subject;
    case 'idling-timeout': return timeLeft.idling;
    case 'rolling-timeout': return timeLeft.rolling;
    case 'absolute-timeout': return timeLeft.absolute;
    case 'timeout': {
      const [first, ...others] = Object.values(timeLeft);
      return first === undefined ? undefined : Math.min(first, ...others);
    }
  }
}
