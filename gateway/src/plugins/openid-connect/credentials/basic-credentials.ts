/** A name and a secret in a request: by HTTP Basic, or in query or body. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { findText } from './found-text.ts';

interface NameAndSecret {
  readonly name: string;
  readonly secret: string;
  hide(): void;
}

/** Credentials are no novels. Characters. */
const MAX_LENGTH = 8_192;

/** @param fields names of the arguments and fields */
export async function findNameAndSecret(
  exchange: Exchange, places: ReadonlySet<string>, fields: readonly [name: string, secret: string],
): Promise<NameAndSecret | undefined> {
  if (places.has('header')) {
    const basic = basicOf(exchange.request.headerValues('authorization'));
    if (basic !== undefined) return { ...basic, hide: () => exchange.upstream.removeHeader('authorization') };
  }
  const found = await Promise.all(fields.map((field) => findText(exchange, {
    query: places.has('query') ? field : undefined, body: places.has('body') ? field : undefined,
  })));
  const [name, secret] = found;
  if (name === undefined || secret === undefined || name.text === '') return undefined;
  if (name.text.length + secret.text.length > MAX_LENGTH) return undefined;
  return { name: name.text, secret: secret.text, hide: () => found.forEach((text) => text?.hide()) };
}

/** RFC 7617. A header that two servers could read in two ways is none. */
function basicOf(values: readonly string[]): { readonly name: string; readonly secret: string } | undefined {
  const encoded = values.length === 1 ? /^basic\s+([\w+/-]+={0,2})\s*$/i.exec(values[0]!)?.[1] : undefined;
  if (encoded === undefined || encoded.length > MAX_LENGTH) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { name: text.slice(0, colon), secret: text.slice(colon + 1) };
}
