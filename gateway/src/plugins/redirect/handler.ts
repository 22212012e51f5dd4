/** redirect, phase access: answers with another address. */
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { redirect } from './schema.ts';
import type { RedirectConfig } from './schema.ts';

/** Scheme, host and port of an address, without the user that it may name. */
const ORIGIN = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#@]*@)?([^/?#]*)/i;

export const redirectHandler = defineHandler<RedirectConfig>(redirect, (config) => {
  const { status_code: status, location, keep_incoming_path: keepsPath } = config;
  const [, scheme = '', host = ''] = ORIGIN.exec(location) ?? [];
  const origin = scheme + host;

  return {
    startsNothing: true,
    access: (exchange) => {
      const { rawPath, query } = exchange.request;
      const target = keepsPath ? `${origin}${rawPath}${query === '' ? '' : `?${query}`}` : location;
      exchange.respond({ status, headers: { Location: target }, body: 'redirecting' });
    },
  };
});
