/** What Amazon Cognito does in its own way. It is known by its issuer, in all partitions of AWS. */

const ISSUER = /^https:\/\/(?:issuer-)?cognito-idp(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)\/[\w-]+$/;

/** Claim with the groups of a user. */
export const COGNITO_GROUPS = 'cognito:groups';

/** The only algorithm that Cognito signs with. */
export const COGNITO_ALGORITHMS = ['RS256'] as const;

export function isCognito(issuer: string): boolean {
  return ISSUER.test(issuer);
}

/** Where Cognito has its keys: no discovery is needed to verify a token. */
export function cognitoKeys(issuer: string): string {
  return `${issuer}/.well-known/jwks.json`;
}

/** The logout of Cognito's login pages, which knows neither `post_logout_redirect_uri` nor `id_token_hint`. */
export function cognitoLogout(endpoint: string, clientId: string, returnTo: string | undefined): URL {
  const url = new URL(endpoint);
  url.searchParams.set('client_id', clientId);
  if (returnTo !== undefined) url.searchParams.set('logout_uri', returnTo);
  return url;
}
