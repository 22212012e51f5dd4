/**
 * session: remembers in a cookie who a client is, so that plugins which authenticate need not find out again; they must have `anonymous`.
 * Phase access finds the client of a cookie; phase responseHeaders gives a cookie to one that another plugin has authenticated. A cookie
 * that does not open counts as none.
 */
import { randomBytes } from 'node:crypto';

import type { Log } from '../../base/log.ts';
import { bodyFieldsOf, MAX_BODY_BYTES } from '../../plugin-kit/body-fields/body-fields.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { createSessions } from '../../session-cookie/sessions.ts';
import type { Session } from '../../session-cookie/sessions.ts';
import { session as sessionSchema } from './schema.ts';
import type { SessionConfig } from './schema.ts';

/** Who the client is. */
interface Login {
  readonly consumer: string;
  readonly credential: string;
  readonly groups?: readonly string[];
}

type Fact = NonNullable<SessionConfig['request_headers']>[number];

export const sessionHandler = defineHandler<SessionConfig>(sessionSchema, (config, { clock, log }) => {
  if (config.storage === 'kong') {
    throw new Error('config.storage "kong" keeps sessions in the database, which data planes cannot write to; use "cookie"');
  }
  const sessions = createSessions<Login>({
    secret: config.secret ?? secretOfNode(log),
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

  const proceed = (exchange: Exchange, session: Session<Login>, isLogout: boolean): void => {
    if (isLogout) {
      sessions.destroy(exchange);
      return exchange.respond({ status: 200 });
    }
    const { consumer: consumerId, credential, groups } = session.data;
    const consumer = exchange.configuration.consumers.byId.get(consumerId);
    if (consumer === undefined) return sessions.destroy(exchange);
    for (const fact of requestFacts) setFact(exchange.upstream, fact, session);
    return exchange.authenticate({ consumer, credential: { id: credential }, ...groups !== undefined && { groups } });
  };

  return {
    access: (exchange) => {
      const session = sessions.open(exchange);
      if (session === undefined) return undefined;
      if (!logoutMethods.has(exchange.request.method)) return proceed(exchange, session, false);
      const isInQuery = hasArgument(exchange, config.logout_query_arg);
      if (isInQuery || config.read_body_for_logout !== true) return proceed(exchange, session, isInQuery);
      return isInBody(exchange, config.logout_post_arg).then((isLogout) => proceed(exchange, session, isLogout));
    },
    responseHeaders: (exchange) => {
      const { consumer, credential, groups, response } = exchange;
      if (consumer !== undefined && credential !== undefined && response !== undefined) {
        const login: Login = { consumer: consumer.id, credential: credential.id, ...groups !== undefined && { groups } };
        const known = sessions.open(exchange);
        const session = known !== undefined && isSame(known.data, login)
          ? known : sessions.begin(exchange, login, consumer.username ?? consumer.customId ?? consumer.id);
        for (const fact of responseFacts) setFact(response, fact, session);
      }
      sessions.writeCookies(exchange);
    },
  };
});

function secretOfNode(log: Log): string {
  log.warn('config.secret is not set: sessions end when this node restarts, and other nodes do not know them; set one for all nodes');
  return randomBytes(32).toString('base64');
}

function isSame(known: Login, login: Login): boolean {
  return known.consumer === login.consumer && known.credential === login.credential;
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
  message: { setHeader(name: string, value: string): void; removeHeader(name: string): void }, fact: Fact, session: Session<Login>,
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

function valueOf(fact: Fact, { id, audience, subject, timeLeft }: Session<Login>): string | number | undefined {
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
