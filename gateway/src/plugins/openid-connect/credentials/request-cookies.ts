/** Cookies of a request. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';

/** The first value of a cookie. RFC 6265 §5.4 */
export function cookieOf({ request }: Pick<Exchange, 'request'>, name: string): string | undefined {
  return cookiesOf(request.headerValues('cookie')).find(([given]) => given === name)?.[1];
}

export function cookiesOf(headers: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return headers.flatMap((header) => header.split(';')).flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const];
  });
}

/** Takes cookies out of what the upstream gets. */
export function withoutCookies({ upstream }: Exchange, isRemoved: (name: string) => boolean): void {
  const given = upstream.headerValues('cookie');
  if (given.length === 0) return;
  const pairs = given.flatMap((header) => header.split(';')).map((pair) => pair.trim()).filter((pair) => pair !== '');
  const kept = pairs.filter((pair) => !isRemoved(pair.split('=', 1)[0]!.trim()));
  if (kept.length === pairs.length) return;
  if (kept.length === 0) upstream.removeHeader('cookie');
  else upstream.setHeader('cookie', kept.join('; '));
}
