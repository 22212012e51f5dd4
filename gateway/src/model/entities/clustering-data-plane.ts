/** The row that a control plane keeps of a data plane. */
import { isIP } from 'node:net';
import { defineEntity } from '../schema/entity-schema.ts';
import { map, number, record, set, string } from '../schema/field.ts';
import type { EntityOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const clusteringDataPlane = defineEntity({
  name: 'clustering_data_planes',
  hasAdminApi: false,
  isExported: false,
  hasTtl: true,
  fields: {
    id: string({ uuid: true, auto: true, required: true, description: 'Node id of the data plane.' }),
    last_seen: { ...typedefs.updatedAt, description: 'Last ping. Seconds since 1970.' },
    updated_at: typedefs.updatedAt,
    ip: string({ required: true, check: (ip: string) => (isIP(ip) ? undefined : 'not an ip address'), description: 'Address that it connected from.' }),
    config_hash: string({ len_eq: 32, description: 'The configuration it runs; 32 zeros while it has none.' }),
    hostname: string({ ...typedefs.host, required: true, description: 'Its host name, as it says.' }),
    version: string({
      match_none: [{ pattern: '%.%.', err: 'must not have empty version segments' }],
      match_any: { patterns: ['^%d+[%.%d]*$', '^%d+[%.%d]*%-?.*$'], err: 'invalid version number: must be in format of X.Y.Z' },
      description: 'Its version, as it says.',
    }),
    sync_status: string({
      required: true,
      default: 'unknown',
      one_of: ['unknown', 'normal', 'kong_version_incompatible', 'plugin_set_incompatible', 'plugin_version_incompatible', 'filter_set_incompatible'],
      description: 'Whether it can take the configuration.',
    }),
    labels: map(string(), string(), { description: 'Its labels.' }),
    cert_details: record({
      expiry_timestamp: number({ timestamp: true, required: false, description: 'When its certificate expires. Seconds since 1970.' }),
    }, { required: true, description: 'About the certificate it connected with.' }),
    rpc_capabilities: set(string(), { description: 'Protocols of the second generation that it speaks.' }),
  },
});

export type ClusteringDataPlane = EntityOf<typeof clusteringDataPlane>;
