/** Names of the entity types of Kong Gateway OSS 3.9.1, whether this version has a schema for them or not. Recorded. */

/** Core entity types, in the order in which they are made. */
const CORE_ENTITIES = [
  'workspaces', 'consumers', 'certificates', 'services', 'routes', 'snis', 'upstreams', 'targets', 'plugins', 'tags', 'ca_certificates',
  'clustering_data_planes', 'parameters', 'vaults', 'key_sets', 'keys', 'filter_chains',
] as const;

/** Entity types of Kong's plugins. */
const PLUGIN_ENTITIES = [
  'acls', 'acme_storage', 'basicauth_credentials', 'hmacauth_credentials', 'jwt_secrets', 'keyauth_credentials', 'oauth2_credentials',
  'oauth2_tokens',
] as const;

/** Entity types that configuration tables and declarative files may have. */
export const KONG_ENTITIES: ReadonlySet<string> = new Set(
  [...CORE_ENTITIES, ...PLUGIN_ENTITIES].filter((name) => name !== 'tags' && name !== 'clustering_data_planes'),
);
