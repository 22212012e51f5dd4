/** key-auth, phase access. Fails closed: without a valid key the request ends with 401, unless an anonymous consumer is configured. */
import type { Consumer, Credential } from '../../model/snapshot.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { findInBody, MAX_BODY_BYTES, removeFromBody } from './body-key.ts';
import { keyAuth } from './schema.ts';
import type { KeyAuthConfig } from './schema.ts';

type Found = { readonly name: string; readonly key: string } | 'duplicate' | undefined;

export const keyAuthHandler = defineHandler<KeyAuthConfig>(keyAuth, (config, context) => {
  const keys = context.credentials.get('keyauth_credentials');
  const challenge = config.realm ? `Key realm="${config.realm}"` : 'Key';
  const anonymous = config.anonymous ?? undefined;
  const names = config.key_names.map((name) => name.toLowerCase());

  const refuse = (exchange: Exchange, message: string): void => {
    if (anonymous === undefined) return exchange.refuse({ status: 401, message, headers: { 'WWW-Authenticate': challenge } });
    const consumer = findConsumer(context, anonymous);
    if (consumer !== undefined) return exchange.authenticate(consumer, undefined);
    context.log.error(`key-auth: anonymous consumer ${JSON.stringify(anonymous)} does not exist; create it or correct config.anonymous`);
    exchange.refuse({ status: 500, message: 'An unexpected error occurred' });
  };

  const decide = (exchange: Exchange, found: Found): void => {
    if (found === undefined) return refuse(exchange, 'No API key found in request');
    if (found === 'duplicate') return refuse(exchange, 'Duplicate API key found');
    const credential = keys?.get(found.key);
    if (credential === undefined || expired(credential, context.now())) return refuse(exchange, 'Unauthorized');
    exchange.authenticate(credential.consumer, credential);
  };

  return {
    access: (exchange) => {
      if (!config.run_on_preflight && exchange.request.method === 'OPTIONS') return undefined;
      // Several authentication plugins on one route are alternatives: whoever is known already need not be known again.
      if (anonymous !== undefined && exchange.credential !== undefined) return undefined;
      if (config.key_in_body) return withBody(exchange, config, names, (found) => decide(exchange, found));
      const found = findInHead(exchange, config, names);
      if (config.hide_credentials && typeof found === 'object') hideInHead(exchange, found.name);
      return decide(exchange, found);
    },
  };
});

async function withBody(exchange: Exchange, config: KeyAuthConfig, names: readonly string[], decide: (found: Found) => void): Promise<void> {
  const type = exchange.request.header('content-type');
  const body = await exchange.request.body(MAX_BODY_BYTES);
  const inHead = findInHead(exchange, config, names);
  const found = inHead ?? (body === undefined ? undefined : findInBody(body, type, names));
  if (config.hide_credentials && typeof found === 'object') {
    hideInHead(exchange, found.name);
    const cleaned = body === undefined ? undefined : removeFromBody(body, type, found.name);
    if (cleaned !== undefined) exchange.upstream.setBody(cleaned);
  }
  decide(found);
}

function findInHead({ request }: Exchange, config: KeyAuthConfig, names: readonly string[]): Found {
  for (const name of names) {
    const values = config.key_in_header ? request.headerValues(name) : [];
    const candidates = values.length > 0 || !config.key_in_query ? values : request.queryValues(name);
    if (candidates.length > 1) return 'duplicate';
    if (candidates[0] !== undefined) return { name, key: candidates[0] };
  }
  return undefined;
}

function hideInHead({ upstream }: Exchange, name: string): void {
  upstream.removeHeader(name);
  upstream.removeQuery(name);
}

function findConsumer({ consumers }: PluginContext, idOrUsername: string): Consumer | undefined {
  return consumers.byId.get(idOrUsername) ?? consumers.byUsername.get(idOrUsername);
}

function expired(credential: Credential, nowMs: number): boolean {
  return credential.expiresAt !== undefined && credential.expiresAt * 1000 <= nowMs;
}
