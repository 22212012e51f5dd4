/** Verifies tokens, and remembers those that it has verified. */
import { createHash } from 'node:crypto';

import type { Clock } from '../../../base/clock.ts';
import { Lru } from '../../../base/lru.ts';
import { isCognito } from '../provider/cognito.ts';
import type { Discovery } from '../provider/discovery.ts';
import type { KeySet } from '../provider/key-set.ts';
import { issuerOf } from '../provider/metadata.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import type { Claims } from './claims.ts';
import { jwtParts } from './jwt-parts.ts';
import { signatureVerifier } from './signature.ts';
import { requireStandardClaims } from './standard-claims.ts';
import { TokenRefused } from './token-errors.ts';

/** Tokens that are remembered as verified, and how long they may be: both bound the memory. */
const MAX_REMEMBERED = 10_000;
const MAX_REMEMBERED_LENGTH = 8_192;

/** What a token is for: who shows it. `access`: a client. `id`: the provider, behind a login. */
export type TokenUse = 'access' | 'id';

export interface Verifier {
  /**
   * @param skipsSignature for a token that came from the provider itself
   * @throws TokenRefused, or ProviderUnavailable when there is no key to verify it with
   */
  verify(token: string, use: TokenUse, skipsSignature?: boolean): Promise<Claims>;
}

interface VerifierOptions {
  readonly config: OpenidConnectConfig;
  readonly discovery: Discovery;
  readonly keys: KeySet;
  readonly clock: Clock;
}

interface Remembered {
  readonly claims: Claims;
  readonly generation: number;
}

export function tokenVerifier({ config, discovery, keys, clock }: VerifierOptions): Verifier {
  const cognito = isCognito(issuerOf(config));
  const secrets = config.enable_hs_signatures === true ? (config.client_secret ?? []) : [];
  const verifySignature = signatureVerifier({ keys, isCognito: cognito, secrets });
  const issuers = issuersOf(config, discovery);
  const leeway = config.leeway ?? 0;
  const isRemembered = (token: string) => config.cache_tokens !== false && token.length <= MAX_REMEMBERED_LENGTH;
  const remembered = new Lru<string, Remembered>(MAX_REMEMBERED);

  async function requireStandard(claims: Claims): Promise<void> {
    if (config.verify_claims === false) return;
    requireStandardClaims(claims, { issuers: await issuers(), leeway }, clock.now());
  }

  return {
    verify: async (token, use, skipsSignature = false) => {
      const isUnsigned = skipsSignature || config.verify_signature === false;
      const digest = createHash('sha256').update(use).update(isUnsigned ? '-' : '+').update(token).digest('base64');
      const known = remembered.get(digest);
      if (known !== undefined && known.generation === keys.generation) {
        await requireStandard(known.claims);
        return known.claims;
      }
      const { header, claims } = jwtParts(token);
      await requireStandard(claims);
      if (cognito && claims.token_use !== use) throw new TokenRefused(`token is no ${use} token of Cognito`);
      if (!isUnsigned) await verifySignature(token, header);
      if (isRemembered(token)) remembered.set(digest, { claims, generation: keys.generation });
      return claims;
    },
  };
}

/** The allowed issuers; where none is named, the one of the configuration as the provider itself writes it. */
function issuersOf(config: OpenidConnectConfig, discovery: Discovery): () => Promise<readonly string[]> {
  const allowed = config.issuers_allowed ?? [];
  if (allowed.length > 0) return async () => allowed;
  return async () => [(await discovery.metadata()).issuer];
}
