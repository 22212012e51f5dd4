/** Settings of the configuration that a control plane leaves outside for data planes that start without it. */
import { optional, setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { integer, onOff, path, storage, text, webAddress } from '../value-kinds.ts';

export const FALLBACK = {
  export: setting('KONG_CLUSTER_FALLBACK_CONFIG_EXPORT', onOff, 'off',
    'Whether a control plane writes its newest configuration to the storage, signed with the key of its certificate in the tunnel.'),
  import: setting('KONG_CLUSTER_FALLBACK_CONFIG_IMPORT', onOff, 'off',
    'Whether a data plane without a configuration on its disk takes the one in the storage while it reaches no control plane.'),
  storage: optional('KONG_CLUSTER_FALLBACK_CONFIG_STORAGE', storage,
    'Where it is: a bucket of Amazon S3 with an optional prefix, or a folder. The object is `<prefix>/<version>/config`.'),
  exportDelaySeconds: setting('KONG_CLUSTER_FALLBACK_CONFIG_EXPORT_DELAY', integer(1), '60',
    'Seconds between a change and its export, and least seconds between two exports.'),
  region: optional('AWS_REGION', text, 'Region of the bucket.'),
  endpoint: optional('AWS_CONFIG_STORAGE_ENDPOINT', webAddress, 'Address of a service with the API of Amazon S3, in place of Amazon S3.'),
  credentials: {
    accessKeyId: optional('AWS_ACCESS_KEY_ID', text, 'Access key for the bucket. Default: that of the task or pod role.', true),
    secretAccessKey: optional('AWS_SECRET_ACCESS_KEY', text, 'Secret of the access key.', true),
    sessionToken: optional('AWS_SESSION_TOKEN', text, 'Token of a temporary access key.', true),
    relativeUri: optional('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', text, 'Where Amazon ECS gives a task its credentials; ECS sets it.'),
    fullUri: optional('AWS_CONTAINER_CREDENTIALS_FULL_URI', webAddress, 'Where EKS Pod Identity gives a pod its credentials; EKS sets it.'),
    token: optional('AWS_CONTAINER_AUTHORIZATION_TOKEN', text, 'Token for that address.', true),
    tokenFile: optional('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', path, 'File with the token for that address; EKS sets it.'),
  },
} as const;

export const FALLBACK_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_CLUSTER_FALLBACK_EXPORT_S3_CONFIG', text, 'objects are encrypted as the bucket says; set its default encryption'),
];
