/** The control plane's row for one data plane. */
import { isIP } from 'node:net';
import { defineEntity } from '../schema/entity-schema.ts';
import { map, number, record, set, string } from '../schema/field.ts';
import type { EntityOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const clusteringDataPlane = defineEntity({
  name: 'clustering_data_planes',
  isKeptByNodes: true,
  hasAdminApi: false,
  isExported: false,
  hasTtl: true,
  fields: {
    id: string({ uuid: true, auto: true, required: true, description: 'Node id of the data plane.' }),
    last_seen: { ...typedefs.updatedAt, description: 'Last ping. Seconds since 1970.' },
    updated_at: typedefs.updatedAt,
    ip: string({
      required: true,
      check: (ip: string) => (isIP(ip) ? undefined : 'not an ip address'),
      description: 'Address that the data plane connected from.',
    }),
    config_hash: string({ len_eq: 32, description: 'Hash of the configuration that the data plane runs; 32 zeros before the first one.' }),
    hostname: string({ ...typedefs.host, required: true, description: 'Host name that the data plane reports.' }),
    version: string({
      match_none: [{ pattern: '%.%.', err: 'must not have empty version segments' }],
      match_any: { patterns: ['^%d+[%.%d]*$', '^%d+[%.%d]*%-?.*$'], err: 'invalid version number: must be in format of X.Y.Z' },
      description: 'Version that the data plane reports.',
    }),
    sync_status: string({
      required: true,
      default: 'unknown',
      one_of: [
        'unknown', 'normal', 'kong_version_incompatible', 'plugin_set_incompatible', 'plugin_version_incompatible',
        'filter_set_incompatible',
      ],
      description: 'Whether the data plane can run the configuration.',
    }),
    labels: map(string(), string(), { description: 'Labels of the data plane.' }),
    cert_details: record({
      expiry_timestamp: number({ timestamp: true, required: false, description: 'Expiry of its certificate. Seconds since 1970.' }),
    }, { required: true, description: 'The certificate that the data plane connected with.' }),
    rpc_capabilities: set(string(), { description: 'Capabilities of the tunnel\'s second protocol version that it reports.' }),
  },
});

export type ClusteringDataPlane = EntityOf<typeof clusteringDataPlane>;
