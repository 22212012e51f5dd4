/** What a configuration requires of tokens: audience, scopes, groups, roles, claims that must not be there. */
import { COGNITO_GROUPS } from '../provider/cognito.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { firstClaim, isMet, requirement, valuesOf, wordsOf } from './claims.ts';
import type { Claims } from './claims.ts';
import { NotAllowed, TokenRefused } from './token-errors.ts';

/** @param sources claims of the access token, then of the id token */
export type CheckClaims = (sources: readonly (Claims | undefined)[]) => void;

/** The path of the claim with groups. Where the configuration has the default, Cognito's own. */
export function groupsPath({ groups_claim: path }: OpenidConnectConfig, isCognito: boolean): readonly string[] {
  const names = path ?? ['groups'];
  return isCognito && names.length === 1 && names[0] === 'groups' ? [COGNITO_GROUPS] : names;
}

/** @returns what throws TokenRefused for a token that is for others, and NotAllowed for one that lacks a permission */
export function claimChecks(config: OpenidConnectConfig, isCognito: boolean): CheckClaims {
  const audiences = requirement(config.audience_required);
  const audiencePath = config.audience_claim ?? ['aud'];
  const forbidden = config.claims_forbidden ?? [];
  const domains = config.domains ?? [];
  const permissions = [
    { what: 'scope', required: requirement(config.scopes_required), path: config.scopes_claim ?? ['scope'] },
    { what: 'group', required: requirement(config.groups_required), path: groupsPath(config, isCognito) },
    { what: 'role', required: requirement(config.roles_required), path: config.roles_claim ?? ['roles'] },
  ];
  return (sources) => {
    if (audiences !== undefined && !isMet(audiences, audiencesOf(sources, audiencePath, isCognito))) {
      throw new TokenRefused('token is for another audience');
    }
    const unwanted = forbidden.find((name) => sources.some((claims) => claims !== undefined && Object.hasOwn(claims, name)));
    if (unwanted !== undefined) throw new NotAllowed(`token has the claim ${unwanted}`);
    if (domains.length > 0 && !valuesOf(firstClaim(sources, ['hd'])).some((domain) => domains.includes(domain))) {
      throw new NotAllowed('user is of another domain');
    }
    for (const { what, required, path } of permissions) {
      if (required !== undefined && !isMet(required, wordsOf(firstClaim(sources, path)))) {
        throw new NotAllowed(`token has none of the required ${what}s`, what === 'scope' ? 'insufficient_scope' : undefined);
      }
    }
  };
}

/** Access tokens of Cognito have no audience: they name the client that they were given to. */
function audiencesOf(sources: readonly (Claims | undefined)[], path: readonly string[], isCognito: boolean): readonly string[] {
  if (!isCognito) return valuesOf(firstClaim(sources, path));
  return [path, ['aud'], ['client_id']].flatMap((names) => valuesOf(firstClaim(sources, names)));
}
