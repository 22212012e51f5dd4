/** Vaults outside of the node, as references find them that name no configured vault. Kong's names and defaults. */
import { Secret } from '../../base/secret.ts';
import { VAULT_KINDS } from '../../base/vault-kinds.ts';
import { derived, optional, setting } from '../setting.ts';
import { integer, listOf, oneOf, path, text, webAddress } from '../value-kinds.ts';

const MAX_SECONDS = 1_000_000_000;

function lifetimes(kind: 'AWS' | 'HCV') {
  return {
    ttl: setting(`KONG_VAULT_${kind}_TTL`, integer(0, MAX_SECONDS), '0', 'Seconds after which a value is read again; 0: never.'),
    neg_ttl: setting(`KONG_VAULT_${kind}_NEG_TTL`, integer(0, MAX_SECONDS), '0',
      'Seconds after which a secret that does not exist is looked for again; 0: as soon as possible.'),
    resurrect_ttl: setting(`KONG_VAULT_${kind}_RESURRECT_TTL`, integer(0, MAX_SECONDS), '100000000',
      'Seconds that a value stays in use after its ttl while the vault cannot be read.'),
  };
}

const HCV_TOKEN = optional('KONG_VAULT_HCV_TOKEN', text, 'Token, for the method `token`.', true);

/** Fields are named as those of configured vaults. */
export const VAULTS = {
  listed: setting('KONG_VAULTS', listOf('bundled', 'off', ...VAULT_KINDS), 'bundled',
    'Vaults that references may lead to: `env` (always), `aws`, `hcv`. `bundled`: `env`; with `HYBRIDGE_COMPATIBILITY=full` all. All nodes '
    + 'of a deployment must have the same value (docs/secrets.md).'),
  aws: {
    region: optional('KONG_VAULT_AWS_REGION', text, 'Region of AWS Secrets Manager. Default: that of the node.'),
    endpoint_url: optional('KONG_VAULT_AWS_ENDPOINT_URL', webAddress, 'URL of AWS Secrets Manager. Default: that of the region.'),
    ...lifetimes('AWS'),
  },
  hcv: {
    protocol: setting('KONG_VAULT_HCV_PROTOCOL', oneOf('http', 'https'), 'http', 'Protocol of HashiCorp Vault.'),
    host: setting('KONG_VAULT_HCV_HOST', text, '127.0.0.1', 'Host of HashiCorp Vault.'),
    port: setting('KONG_VAULT_HCV_PORT', integer(1, 65_535), '8200', 'Port of HashiCorp Vault.'),
    namespace: optional('KONG_VAULT_HCV_NAMESPACE', text, 'Namespace of the secrets.'),
    mount: setting('KONG_VAULT_HCV_MOUNT', text, 'secret', 'Path of the key-value engine.'),
    kv: setting('KONG_VAULT_HCV_KV', oneOf('v1', 'v2'), 'v1', 'Version of the key-value engine.'),
    auth_method: setting('KONG_VAULT_HCV_AUTH_METHOD', oneOf('token', 'kubernetes'), 'token', 'How the node logs in.'),
    token: derived([HCV_TOKEN], (reader) => {
      const token = reader.value(HCV_TOKEN);
      return token === undefined ? undefined : new Secret(token);
    }),
    kube_role: optional('KONG_VAULT_HCV_KUBE_ROLE', text, 'Role, for the method `kubernetes`.'),
    kube_auth_path: setting('KONG_VAULT_HCV_KUBE_AUTH_PATH', text, 'kubernetes', 'Path of the method `kubernetes`.'),
    kube_api_token_file: setting('KONG_VAULT_HCV_KUBE_API_TOKEN_FILE', path, '/run/secrets/kubernetes.io/serviceaccount/token',
      'File with the token of the service account.'),
    ...lifetimes('HCV'),
  },
} as const;
