/** Headers with tokens and claims: of the request for the upstream, of the answer for the client. */
import { claimSources } from '../grant.ts';
import type { Grant } from '../grant.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { firstClaim } from '../tokens/claims.ts';

/** One header: `undefined` when the grant has no value for it. */
interface TokenHeader {
  readonly name: string;
  valueOf(grant: Grant): string | undefined;
}

type Side = 'upstream' | 'downstream';

/** What headers are set on: those of the request or those of the answer. */
export interface TokenHeaderTarget {
  setHeader(name: string, value: string): void;
  removeHeader(name: string): void;
}

/** Sets every configured header. A header without a value is removed: a client must not choose it. */
export type SetTokenHeaders = (headers: TokenHeaderTarget, grant: Grant) => void;

export function tokenHeaders(config: OpenidConnectConfig, side: Side): SetTokenHeaders {
  const names = config[`${side}_headers_names`] ?? [];
  const list: TokenHeader[] = (config[`${side}_headers_claims`] ?? []).flatMap((claim, at) => {
    const name = names[at];
    return name === undefined ? [] : [{ name, valueOf: (grant: Grant) => textOf(firstClaim(claimSources(grant), [claim])) }];
  });
  const tokens = [
    ['access_token', (grant: Grant) => grant.accessToken], ['id_token', (grant: Grant) => grant.idToken],
    ['refresh_token', (grant: Grant) => grant.refreshToken],
  ] as const;
  for (const [token, valueOf] of tokens) {
    const header = config[`${side}_${token}_header`];
    if (typeof header === 'string' && header !== '') list.push(withScheme(header, valueOf));
  }
  return (headers, grant) => {
    for (const { name, valueOf } of list) {
      const value = valueOf(grant);
      if (value === undefined || !isSafe(value)) headers.removeHeader(name);
      else headers.setHeader(name, value);
    }
  };
}

/** `authorization:bearer` is the header `authorization` with `Bearer ` before the token. */
function withScheme(header: string, valueOf: TokenHeader['valueOf']): TokenHeader {
  const [name, scheme] = header.split(':', 2) as [string, string?];
  if (scheme === undefined || scheme === '') return { name, valueOf };
  const prefix = scheme.toLowerCase() === 'bearer' ? 'Bearer' : scheme;
  return {
    name,
    valueOf: (grant) => {
      const token = valueOf(grant);
      return token === undefined ? undefined : `${prefix} ${token}`;
    },
  };
}

/**
 * Removes what a client sends under the names of headers that a grant fills: one that is let in without a grant, as the anonymous consumer,
 * would otherwise choose them. Authorization is the client's own.
 */
export function removeTokenHeaders(config: OpenidConnectConfig): (upstream: Pick<TokenHeaderTarget, 'removeHeader'>) => void {
  const tokens = [config.upstream_access_token_header, config.upstream_id_token_header, config.upstream_refresh_token_header];
  const names = [...config.upstream_headers_names ?? [], ...tokens.map((header) => header?.split(':', 1)[0] ?? '')]
    .filter((name) => name !== '' && name.toLowerCase() !== 'authorization');
  return (upstream) => {
    for (const name of names) upstream.removeHeader(name);
  };
}

/** Lists of plain values are joined by commas; objects become JSON. */
function textOf(claim: unknown): string | undefined {
  if (claim === undefined || claim === null) return undefined;
  if (Array.isArray(claim) && claim.every((value) => typeof value !== 'object')) return claim.join(',');
  return typeof claim === 'object' ? JSON.stringify(claim) : String(claim);
}

/** A claim is a user's text: one with a line end would be a header of its own. */
function isSafe(value: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value);
}
