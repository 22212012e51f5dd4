/** What tokens must satisfy. */
import { array, number, string } from '../../model/schema/field.ts';
import { flag, GRANTS, text, texts } from './field-kinds.ts';

const claim = (value: string, what: string) => array(string(), {
  required: false, default: [value], description: `Claim with ${what}; the names on the way to it when it is nested.`,
});

const PROOFS = ['off', 'strict', 'optional'] as const;

export const verificationFields = {
  verify_signature: flag(true, 'Whether signatures are verified.'),
  ignore_signature: array(string({ one_of: GRANTS.filter((grant) => grant !== 'bearer' && grant !== 'kong_oauth2') }), {
    required: false, default: [], description: 'Kinds of credentials whose tokens need no valid signature.',
  }),
  enable_hs_signatures: flag(false, 'Whether signatures with a shared secret are accepted.'),
  verify_claims: flag(true, 'Whether times and other standard claims are verified.'),
  verify_nonce: flag(true, 'Whether the id token must belong to the login.'),
  verify_parameters: flag(false, 'Whether the answer of the provider must belong to the login.'),
  leeway: number({ required: false, default: 0, description: 'Seconds that clocks may differ.' }),
  issuers_allowed: texts('Issuers whose tokens are accepted. Default: `issuer`.'),
  audience_claim: claim('aud', 'the audience'),
  audience_required: texts('Audiences of which a token must have one; those in one text, separated by spaces, all.'),
  scopes_claim: claim('scope', 'the scopes'),
  scopes_required: texts('Scopes of which a token must have one; those in one text, separated by spaces, all.'),
  groups_claim: claim('groups', 'the groups'),
  groups_required: texts('Groups of which a token must have one; those in one text, separated by spaces, all.'),
  roles_claim: claim('roles', 'the roles'),
  roles_required: texts('Roles of which a token must have one; those in one text, separated by spaces, all.'),
  claims_forbidden: texts('Claims that a token must not have.'),
  jwt_session_claim: string({ required: false, default: 'sid', description: 'Claim that a cookie must have the value of.' }),
  jwt_session_cookie: text('This cookie. Default: none is needed.'),
  reverify: flag(false, 'Whether tokens in sessions are verified at each request.'),
  proof_of_possession_mtls: string({
    required: false, default: 'off', one_of: PROOFS, description: 'Whether tokens are for the owner of a certificate only. RFC 8705',
  }),
  proof_of_possession_auth_methods_validation: flag(true, 'Whether only kinds of credentials that can be bound are allowed then.'),
  proof_of_possession_dpop: string({
    required: false, default: 'off', one_of: PROOFS, description: 'Whether tokens are for the owner of a key only. RFC 9449',
  }),
  dpop_use_nonce: flag(false, 'Whether proofs must contain a value that the gateway has made.'),
  dpop_proof_lifetime: number({ required: false, default: 300, description: 'Seconds for which a proof is valid.' }),
} as const;
