/** A text in a request, by the places where it may be, and how to take it out again. */
import { cookieOf } from '../../../plugin-kit/cookies.ts';
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { formOf } from './request-form.ts';
import { withoutCookies } from './without-cookies.ts';

export interface FoundText {
  readonly text: string;
  hide(): void;
}

export interface Places {
  readonly header?: { readonly name: string; readonly scheme?: 'bearer' } | undefined;
  readonly query?: string | undefined;
  readonly body?: string | undefined;
  readonly cookie?: string | undefined;
}

/** @returns the first, in the order header, cookie, query, body */
export async function findText(exchange: Exchange, { header, query, body, cookie }: Places): Promise<FoundText | undefined> {
  const { request, upstream } = exchange;
  if (header !== undefined) {
    const text = headerText(request.headerValues(header.name), header.scheme);
    if (text !== undefined) return { text, hide: () => upstream.removeHeader(header.name) };
  }
  const inCookie = cookie === undefined ? undefined : cookieOf(request, cookie);
  if (inCookie !== undefined) return { text: inCookie, hide: () => withoutCookies(exchange, (name) => name === cookie) };
  const inQuery = query === undefined ? undefined : request.queryValues(query)[0];
  if (inQuery !== undefined) return { text: inQuery, hide: () => upstream.removeQuery(query!) };
  if (body === undefined || !request.hasBody) return undefined;
  const form = await formOf(exchange);
  const text = form.field(body);
  return text === undefined ? undefined : { text, hide: () => form.remove(body) };
}

/** Two lines of a credential are not valid: another server may read the one that was not verified. */
function headerText(values: readonly string[], scheme: 'bearer' | undefined): string | undefined {
  if (values.length === 0) return undefined;
  if (scheme === undefined) return values.length > 1 ? '' : values[0]!;
  const tokens = values.map((value) => /^bearer(?:\s+|$)(.*)$/is.exec(value)?.[1]?.trim());
  if (tokens.every((token) => token === undefined)) return undefined;
  return values.length > 1 ? '' : tokens[0];
}
