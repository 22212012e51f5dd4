/** key-auth, phase access. Fails closed: without a valid key the request ends with 401, unless an anonymous consumer is configured. */
import type { Consumer, Credential } from '../../model/snapshot.ts';
import type { ClientRequest, Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { keyBodyOf, MAX_BODY_BYTES, SEVERAL } from './body-key.ts';
import type { KeyBody } from './body-key.ts';
import { keyAuth } from './schema.ts';
import type { KeyAuthConfig } from './schema.ts';

type Found = { readonly name: string; readonly key: string } | typeof SEVERAL | undefined;

export const keyAuthHandler = defineHandler<KeyAuthConfig>(keyAuth, (config, context) => {
  const keys = context.credentials.get('keyauth_credentials');
  const challenge = config.realm ? `Key realm="${config.realm}"` : 'Key';
  const anonymous = config.anonymous ?? undefined;

  const refuse = (exchange: Exchange, message: string): void => {
    if (anonymous === undefined) return exchange.refuse({ status: 401, message, headers: { 'WWW-Authenticate': challenge } });
    const consumer = findConsumer(context, anonymous);
    if (consumer !== undefined) return exchange.authenticate(consumer, undefined);
    context.log.error(`key-auth: anonymous consumer ${JSON.stringify(anonymous)} does not exist; create it or correct config.anonymous`);
    exchange.refuse({ status: 500, message: 'An unexpected error occurred' });
  };

  const decide = (exchange: Exchange, found: Found): void => {
    if (found === undefined || (found !== SEVERAL && found.key === '')) return refuse(exchange, 'No API key found in request');
    if (found === SEVERAL) return refuse(exchange, 'Duplicate API key found');
    const credential = keys?.get(found.key);
    if (credential === undefined || expired(credential, context.now())) return refuse(exchange, 'Unauthorized');
    exchange.authenticate(credential.consumer, credential);
  };

  return {
    access: (exchange) => {
      if (!config.run_on_preflight && exchange.request.method === 'OPTIONS') return undefined;
      // Several authentication plugins on one route are alternatives: another one has authenticated this client already.
      if (anonymous !== undefined && exchange.credential !== undefined) return undefined;
      if (!config.key_in_body) return decide(exchange, take(exchange, config, undefined));
      return exchange.request.body(MAX_BODY_BYTES)
        .then((body) => decide(exchange, take(exchange, config, body && keyBodyOf(body, exchange.request.header('content-type')))));
    },
  };
});

/** Finds the key, and hides it when configured so. */
function take(exchange: Exchange, config: KeyAuthConfig, body: KeyBody | undefined): Found {
  const found = find(exchange.request, config, body);
  if (config.hide_credentials && typeof found === 'object') {
    exchange.upstream.removeHeader(found.name);
    exchange.upstream.removeQuery(found.name);
    const cleaned = body?.without(found.name);
    if (cleaned !== undefined) exchange.upstream.setBody(cleaned);
  }
  return found;
}

/** For each name in turn: header, query, body. The case of a name counts in the latter two, as in Kong. */
function find(request: ClientRequest, config: KeyAuthConfig, body: KeyBody | undefined): Found {
  for (const name of config.key_names) {
    const inHeader = config.key_in_header ? request.headerValues(name.toLowerCase()) : [];
    const inHead = inHeader.length > 0 || !config.key_in_query ? inHeader : request.queryValues(name);
    const key = inHead.length > 1 ? SEVERAL : inHead[0] ?? body?.find(name);
    if (key === SEVERAL) return SEVERAL;
    if (key !== undefined) return { name, key };
  }
  return undefined;
}

function findConsumer({ consumers }: PluginContext, idOrUsername: string): Consumer | undefined {
  return consumers.byId.get(idOrUsername) ?? consumers.byUsername.get(idOrUsername);
}

function expired(credential: Credential, nowMs: number): boolean {
  return credential.expiresAt !== undefined && credential.expiresAt * 1000 <= nowMs;
}
