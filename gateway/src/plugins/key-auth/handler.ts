/** key-auth, phase access. Fails closed: without a valid key the request ends with 401, unless an anonymous consumer is configured. */
import { authentication, challenge, findCredential } from '../../plugin-kit/authentication.ts';
import type { Verdict } from '../../plugin-kit/authentication.ts';
import { bodyFieldsOf, MAX_BODY_BYTES, SEVERAL } from '../../plugin-kit/body-fields/body-fields.ts';
import type { BodyFields } from '../../plugin-kit/body-fields/body-fields.ts';
import type { ClientRequest, Exchange, Refusal } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { keyAuthCredential } from './entities.ts';
import { keyAuth } from './schema.ts';
import type { KeyAuthConfig } from './schema.ts';

type Found = { readonly name: string; readonly key: string } | typeof SEVERAL | undefined;

export const keyAuthHandler = defineHandler<KeyAuthConfig>(keyAuth, (config, { clock, log }) => {
  const { access } = authentication({ anonymous: config.anonymous, runOnPreflight: config.run_on_preflight, log });
  const headers = { 'WWW-Authenticate': challenge('Key', config.realm) };
  const denial = (message: string): Refusal => ({ status: 401, message, headers });
  const none = denial('No API key found in request');
  const duplicate = denial('Duplicate API key found');
  const unknown = denial('Unauthorized');

  const decide = (exchange: Exchange, found: Found): Verdict => {
    if (found === undefined || (found !== SEVERAL && found.key === '')) return none;
    if (found === SEVERAL) return duplicate;
    const credential = findCredential(exchange, keyAuthCredential.name, found.key, clock.now());
    return credential === undefined ? unknown : { consumer: credential.consumer, credential };
  };

  return {
    startsNothing: !config.key_in_body,
    access: access((exchange) => {
      if (!config.key_in_body) return decide(exchange, take(exchange, config, undefined));
      return exchange.request.body(MAX_BODY_BYTES)
        .then((body) => decide(exchange, take(exchange, config, body && bodyFieldsOf(body, exchange.request.header('content-type')))));
    }),
  };
});

const NO_VALUES: readonly string[] = [];

/** Finds the key, and hides it when configured so. */
function take(exchange: Exchange, config: KeyAuthConfig, body: BodyFields | undefined): Found {
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
function find(request: ClientRequest, config: KeyAuthConfig, body: BodyFields | undefined): Found {
  for (const name of config.key_names) {
    const inHeader = config.key_in_header ? request.headerValues(name.toLowerCase()) : NO_VALUES;
    const inHead = inHeader.length > 0 || !config.key_in_query ? inHeader : request.queryValues(name);
    const key = inHead.length > 1 ? SEVERAL : inHead[0] ?? body?.find(name);
    if (key === SEVERAL) return SEVERAL;
    if (key !== undefined) return { name, key };
  }
  return undefined;
}
