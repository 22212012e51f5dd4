/** What is known about a provider: from its discovery document, from the configuration, and from what Cognito always has. */
import type { AuthorizationServer } from 'oauth4webapi';

import type { OpenidConnectConfig } from '../schema.ts';
import { cognitoKeys, isCognito } from './cognito.ts';

export type Metadata = AuthorizationServer;

const SUFFIX = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)\/?$/;

/** The issuer itself, also when the configuration has the address of its discovery document. */
export function issuerOf({ issuer }: Pick<OpenidConnectConfig, 'issuer'>): string {
  return issuer.replace(SUFFIX, '');
}

export function discoveryUrl({ issuer }: Pick<OpenidConnectConfig, 'issuer'>): URL {
  return new URL(SUFFIX.test(issuer) ? issuer : `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'revocation_endpoint', 'end_session_endpoint'] as const;

export type Endpoint = typeof ENDPOINTS[number];

/** The endpoints that the configuration names: they replace the discovered ones. */
export function configuredEndpoints(config: OpenidConnectConfig): Partial<Record<Endpoint, string>> {
  return Object.fromEntries(ENDPOINTS.flatMap((name) => (typeof config[name] === 'string' ? [[name, config[name]]] : [])));
}

/** What needs no discovery document. `undefined`: the document has to be read. */
export function pinnedMetadata(config: OpenidConnectConfig, endpoints: readonly Endpoint[]): Metadata | undefined {
  const issuer = issuerOf(config);
  const configured = configuredEndpoints(config);
  if (config.using_pseudo_issuer === true) return { issuer, ...configured };
  if (!isCognito(issuer) || endpoints.some((name) => configured[name] === undefined)) return undefined;
  return {
    issuer, jwks_uri: cognitoKeys(issuer), token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    id_token_signing_alg_values_supported: ['RS256'], ...configured,
  };
}

/** Addresses in the document that are asked later. */
export const ASKED = ['jwks_uri', 'token_endpoint', 'revocation_endpoint'] as const;

/** Addresses in the document that browsers are sent to. */
export const SHOWN = ['authorization_endpoint', 'end_session_endpoint'] as const;
