/** Cookies of what the upstream gets. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';

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
