/** acme: obtains and renews certificates from a certificate authority that speaks ACME. */
import { definePlugin } from '../../model/entities/plugin.ts';
import type { NodeKind } from '../../model/entities/plugin.ts';
import { renamed } from '../../model/plugin-fields/deprecation.ts';
import { isMemoryZone } from '../../model/plugin-fields/memory-zones.ts';
import { redisFields } from '../../model/plugin-fields/redis.ts';
import { array, boolean, integer, number, record, string } from '../../model/schema/field.ts';
import type { EntityCheck, Field, Shorthand } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { host, noConsumer, noRoute, noService, port, protocolsHttp, routeHost, url } from '../../model/schema/typedefs.ts';
import { acmeStorage } from './entities.ts';

/** Prefixes of keys that Kong uses itself. */
const RESERVED = ['kong_acme:renew_config:', 'kong_acme:renew_last_run', 'kong_acme:cert_key:'];

function namespaceViolation(namespace: string): string | undefined {
  const reserved = RESERVED.find((word) => namespace.startsWith(word));
  return reserved && `namespace can't be prefixed with reserved word: ${reserved}`;
}

/** A setting of the storage in Redis under its old name. */
function oldName(name: string, field: Field, path: readonly [string, string?]): Shorthand {
  const [first, second] = path;
  return {
    field: {
      ...field,
      deprecation: renamed('acme', name, path as readonly string[], 'config.storage_config.redis'),
      description: `Old name of \`${path.join('.')}\`.`,
    },
    expand: (value: unknown) => ({ [first]: second === undefined ? value : { [second]: value } }),
  };
}

const config = record({
  account_email: string({
    required: true, match: '%w*%p*@+%w*%.?%w*', referenceable: true, encrypted: true,
    description: 'Email address of the account at the certificate authority.',
  }),
  account_key: record({
    key_id: string({ required: true, description: 'Id (`kid`) of the key.' }),
    key_set: string({ description: 'Name of the key set that has the key.' }),
  }, { required: false, description: 'Key of the account. Default: generated at the first use.' }),
  api_uri: {
    ...url, default: 'https://acme-v02.api.letsencrypt.org/directory',
    description: 'URL of the directory of the certificate authority.',
  },
  tos_accepted: boolean({
    default: false, description: 'Whether you accept the terms of service of the certificate authority.',
  }),
  eab_kid: string({
    referenceable: true, encrypted: true, description: 'Id of the key for external account binding.',
  }),
  eab_hmac_key: string({
    referenceable: true, encrypted: true, description: 'Key for external account binding, in base64url.',
  }),
  cert_type: string({ default: 'rsa', one_of: ['rsa', 'ecc'], description: "Kind of the certificate's key." }),
  rsa_key_size: number({ default: 4096, one_of: [2048, 3072, 4096], description: 'Size of an RSA key, in bits.' }),
  renew_threshold_days: number({ default: 14, description: 'Days before the end of a certificate at which it is renewed.' }),
  domains: array(routeHost, {
    description: 'Host names to obtain certificates for; a wildcard stands for one or more labels.',
  }),
  allow_any_domain: boolean({
    default: false, description: 'Whether to obtain certificates for every host name that clients ask for.',
  }),
  fail_backoff_minutes: number({
    default: 5, description: 'Minutes to wait after a failure before the host name is tried again.',
  }),
  storage: string({
    default: 'shm', one_of: ['kong', 'shm', 'redis', 'consul', 'vault'],
    description: 'Where challenges and certificates are kept.',
  }),
  storage_config: record({
    shm: record({
      shm_name: string({
        default: 'kong', check: (name: string) => (isMemoryZone(name) ? undefined : `failed validating: ${name}`),
        description: 'Name of the memory zone.',
      }),
    }, { required: true, description: "Settings of the storage in the node's memory." }),
    kong: record({}, { required: true, description: 'Settings of the storage in the database; there are none.' }),
    redis: record({
      ...redisFields,
      extra_options: record({
        namespace: string({
          required: true, default: '', len_min: 0, check: namespaceViolation, description: 'Prefix of all keys in Redis.',
        }),
        scan_count: number({
          required: false, default: 10, description: 'Number of keys to ask for at once when listing keys.',
        }),
      }, { required: true, description: 'Settings beyond the connection.' }),
    }, {
      required: true,
      shorthand_fields: {
        auth: oldName('auth', string({ len_min: 0 }), ['password']),
        ssl_server_name: oldName('ssl_server_name', string(), ['server_name']),
        namespace: oldName('namespace', string({ len_min: 0 }), ['extra_options', 'namespace']),
        scan_count: oldName('scan_count', integer(), ['extra_options', 'scan_count']),
      },
      description: 'Settings of the storage in Redis.',
    }),
    consul: record({
      https: boolean({ default: false, description: 'Whether to connect with TLS.' }),
      host: { ...host, description: 'Host name or address of Consul.' },
      port: { ...port, description: 'Port of Consul.' },
      kv_path: string({ description: 'Prefix of all keys in Consul.' }),
      timeout: number({ description: 'Milliseconds to wait for Consul.' }),
      token: string({ referenceable: true, description: 'Token to authenticate at Consul.' }),
    }, { required: true, description: 'Settings of the storage in Consul.' }),
    vault: record({
      https: boolean({ default: false, description: 'Whether to connect with TLS.' }),
      host: { ...host, description: 'Host name or address of Vault.' },
      port: { ...port, description: 'Port of Vault.' },
      kv_path: string({ description: 'Path of the secrets engine and prefix of all keys.' }),
      timeout: number({ description: 'Milliseconds to wait for Vault.' }),
      token: string({
        referenceable: true, description: 'Token to authenticate at Vault, for the method `token`.',
      }),
      tls_verify: boolean({ default: true, description: 'Whether to verify the certificate of Vault.' }),
      tls_server_name: string({ description: "Server name (SNI) to send and to expect in Vault's certificate." }),
      auth_method: string({
        default: 'token', one_of: ['token', 'kubernetes'], description: 'How to authenticate at Vault.',
      }),
      auth_path: string({ description: 'Path of the Kubernetes method at Vault.' }),
      auth_role: string({ description: 'Role to log in with, for the method `kubernetes`.' }),
      jwt_path: string({
        description: 'File that has the token of the service account, for the method `kubernetes`.',
      }),
    }, { required: true, description: 'Settings of the storage in HashiCorp Vault.' }),
  }, { required: true, description: 'Settings of each storage.' }),
  preferred_chain: string({
    description: 'Common name of the issuer to prefer when the authority offers several chains.',
  }),
  enable_ipv4_common_name: boolean({
    default: true, description: 'Whether a certificate may have an IPv4 address as its common name.',
  }),
}, { required: true });

const redisNeeds = (name: 'host' | 'port'): EntityCheck => ({
  conditional: {
    if_field: 'config.storage',
    if_match: { eq: 'redis' },
    then_field: `config.storage_config.redis.${name}`,
    then_match: { required: true },
  },
});

/** A storage must be one that all data planes share. */
function storageCheck({ role, hasDatabase }: NodeKind): EntityCheck {
  return {
    custom_entity_check: {
      field_sources: ['config.storage'],
      fn: (entity) => {
        const { storage } = entity.config as RecordOf<typeof config.fields>;
        const isWithoutDatabase = !hasDatabase && role !== 'data_plane';
        if (storage === 'kong' && isWithoutDatabase) return { '@entity': '"kong" storage can\'t be used with dbless mode' };
        return storage === 'shm' && role === 'control_plane' ? { '@entity': '"shm" storage can\'t be used in Hybrid mode' } : undefined;
      },
    },
  };
}

function checksOn(node: NodeKind): readonly EntityCheck[] {
  return [
    {
      conditional: {
        if_field: 'config.api_uri',
        if_match: { one_of: ['https://acme-v02.api.letsencrypt.org', 'https://acme-staging-v02.api.letsencrypt.org'] },
        then_field: 'config.tos_accepted',
        then_match: { eq: true },
        then_err: 'terms of service must be accepted, see https://letsencrypt.org/repository/',
      },
    },
    redisNeeds('host'),
    redisNeeds('port'),
    storageCheck(node),
  ];
}

export const acme = definePlugin({
  name: 'acme',
  priority: 1705,
  fields: { consumer: noConsumer, service: noService, route: noRoute, protocols: protocolsHttp, config },
  entity_checks: checksOn({ role: 'traditional', hasDatabase: true }),
  onNode: (node) => ({ entity_checks: checksOn(node) }),
  entities: [acmeStorage],
});
