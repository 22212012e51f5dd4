/** The gateway as client of the provider: its ids, and how it proves to be them. */
import { importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { ClientSecretBasic, ClientSecretJwt, ClientSecretPost, None, PrivateKeyJwt } from 'oauth4webapi';
import type { ClientAuth } from 'oauth4webapi';

import type { Exchange } from '../../../plugin-kit/exchange.ts';
import type { OpenidConnectConfig } from '../schema.ts';

export interface GatewayClient {
  /** Place in the lists of the configuration. */
  readonly index: number;
  readonly id: string;
  /** How it authenticates at the token endpoint. */
  authentication(supported: readonly string[] | undefined): Promise<ClientAuth>;
}

export interface Clients {
  readonly all: readonly GatewayClient[];
  /** The first one, unless the request chooses another. @default - the configuration has none */
  choose(exchange: Exchange): GatewayClient | undefined;
}

/** @throws Error when a client cannot authenticate in the configured way */
export function clientsOf(config: OpenidConnectConfig): Clients {
  const all = (config.client_id ?? []).map((id, index): GatewayClient => ({ index, id, authentication: authenticationOf(config, index) }));
  const argument = config.client_arg ?? 'client_id';
  return {
    all,
    choose: ({ request }) => {
      if (all.length < 2) return all[0];
      const wanted = request.header(argument.toLowerCase()) ?? request.queryValues(argument)[0];
      return all.find(({ id }) => id === wanted) ?? all[Number(wanted) - 1] ?? all[0];
    },
  };
}

type Way = NonNullable<OpenidConnectConfig['client_auth']>[number];

function authenticationOf(config: OpenidConnectConfig, index: number): GatewayClient['authentication'] {
  const secret = config.client_secret?.[index] ?? undefined;
  const configured = config.token_endpoint_auth_method ?? config.client_auth?.[index] ?? undefined;
  const key = signingKey(config, index);
  if (configured !== undefined) require(configured, { secret, key, index });
  return async (supported) => {
    const way = configured ?? (secret === undefined ? (key === undefined ? 'none' : 'private_key_jwt') : bySecret(supported));
    switch (way) {
      case 'client_secret_post': return ClientSecretPost(secret!);
      case 'client_secret_jwt': return ClientSecretJwt(secret!);
      case 'private_key_jwt': return PrivateKeyJwt(await key!());
      case 'none': return None();
      default: return ClientSecretBasic(secret!);
    }
  };
}

/** Basic is what every provider has to know. RFC 6749 §2.3.1 */
function bySecret(supported: readonly string[] | undefined): Way {
  const isOnlyPost = supported !== undefined && !supported.includes('client_secret_basic') && supported.includes('client_secret_post');
  return isOnlyPost ? 'client_secret_post' : 'client_secret_basic';
}

interface Means {
  readonly secret: string | undefined;
  readonly key: unknown;
  readonly index: number;
}

function require(way: Way, { secret, key, index }: Means): void {
  if (way.startsWith('client_secret') && secret === undefined) {
    throw new Error(`config.client_secret[${index}]: missing, expected the secret of this client, because it authenticates by ${way}`);
  }
  if (way === 'private_key_jwt' && key === undefined) {
    throw new Error(`config.client_jwk[${index}]: missing, expected the private key of this client, because it authenticates by ${way}`);
  }
}

function signingKey(config: OpenidConnectConfig, index: number): (() => Promise<{ key: CryptoKey; kid?: string }>) | undefined {
  const given = config.client_jwk?.[index];
  if (given === undefined || given === null) return undefined;
  const jwk = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as JWK;
  const alg = config.client_alg?.[index] ?? jwk.alg ?? 'RS256';
  let imported: Promise<{ key: CryptoKey; kid?: string }> | undefined;
  return () => {
    imported ??= importJWK(jwk, alg).then((key) => ({ key: key as CryptoKey, ...jwk.kid !== undefined && { kid: jwk.kid } }));
    return imported;
  };
}
