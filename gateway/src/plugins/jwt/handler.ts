/**
 * jwt, phase access. Fails closed: without a token that a consumer's key has signed the request ends with 401, unless an anonymous consumer
 * is configured.
 */
import { authentication, challenge, findCredential } from '../../plugin-kit/authentication.ts';
import type { Verdict } from '../../plugin-kit/authentication.ts';
import type { Exchange, PluginAnswer } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { timeErrors } from './claims.ts';
import { jwtSecret } from './entities.ts';
import { jwt } from './schema.ts';
import type { JwtConfig } from './schema.ts';
import { keyOf } from './signature.ts';
import { tokensOf } from './sources.ts';
import { memberOf, parseToken } from './token.ts';

export const jwtHandler = defineHandler<JwtConfig>(jwt, (config, { clock, log }) => {
  const { access } = authentication({ anonymous: config.anonymous, runOnPreflight: config.run_on_preflight, log });
  const claimName = config.key_claim_name ?? 'iss';
  const plain = challenge('Bearer', config.realm);
  const answer = (body: object, challenged: string): PluginAnswer => ({ status: 401, body, headers: { 'WWW-Authenticate': challenged } });
  // RFC 6750 §3 separates its parameters by commas.
  const invalid = (body: object) => answer(body, `${plain}${config.realm ? ',' : ''} error="invalid_token"`);
  const refused = (message: string) => invalid({ message });

  const judge = (exchange: Exchange, text: string): Verdict => {
    const token = parseToken(text);
    if (typeof token === 'string') return refused(`Bad token; ${token}`);
    const key = memberOf(token.claims, claimName) ?? memberOf(token.header, claimName);
    if (key === undefined || key === null || key === false) return refused(`No mandatory '${claimName}' in claims`);
    if (typeof key !== 'string' || key === '') return refused(`Invalid '${claimName}' in claims`);
    const credential = findCredential(exchange, jwtSecret.name, key, clock.now());
    if (credential === undefined) return refused(`No credentials found for given '${claimName}'`);
    if (token.algorithm !== (credential.row.algorithm ?? 'HS256')) return refused('Invalid algorithm');
    const verification = keyOf(credential.row, config.secret_is_base64);
    if (verification === undefined) return refused('Invalid key/secret');
    if (!verification.verifies(token)) return refused('Invalid signature');
    const errors = timeErrors(token, config, Math.floor(clock.now() / 1000));
    if (errors !== undefined) return invalid(errors);
    return { consumer: credential.consumer, credential, identifier: key };
  };

  return {
    startsNothing: true,
    access: access((exchange) => {
      const [token, ...others] = tokensOf(exchange.request, config);
      if (token === undefined) return answer({ message: 'Unauthorized' }, plain);
      if (others.length > 0) return refused('Multiple tokens provided');
      return typeof token === 'string' ? judge(exchange, token) : refused('Unrecognizable token');
    }),
  };
});
