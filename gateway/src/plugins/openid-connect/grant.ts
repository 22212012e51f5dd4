/** What a request has proved itself with. */
import type { Claims } from './tokens/claims.ts';

export interface Grant {
  /** Kind of credential, as in `auth_methods`. */
  readonly method: string;
  readonly accessToken?: string | undefined;
  /** Verified. @default - the token is opaque */
  readonly accessClaims?: Claims | undefined;
  readonly idToken?: string | undefined;
  /** Verified. */
  readonly idClaims?: Claims | undefined;
  readonly refreshToken?: string | undefined;
  /** Takes the credential out of the request, for `hide_credentials`. */
  hide?(): void;
}

/** Where claims are looked for, in this order. */
export function claimSources({ accessClaims, idClaims }: Grant): readonly (Claims | undefined)[] {
  return [accessClaims, idClaims];
}
