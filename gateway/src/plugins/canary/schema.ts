/**
 * canary: sends a growing part of the requests to another server. Paid in Kong: types and defaults are those of the JSON schema in Kong's
 * public documentation, version 3.9; checks follow from its descriptions.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, boolean, number, record, string } from '../../model/schema/field.ts';
import { headerName, noConsumer, port, protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  start: number({ description: 'Time at which the release begins. Seconds since 1970. Default: when `duration` is used, now.' }),
  hash: string({
    default: 'consumer', one_of: ['consumer', 'ip', 'none', 'allow', 'deny', 'header'],
    description: 'What decides about a request: what it is counted by, chance, or the groups of its consumer.',
  }),
  hash_header: { ...headerName, description: 'Header whose value decides, with `hash` header.' },
  duration: number({ default: 3600, gt: 0, description: 'Seconds from the first request to the last one that moves.' }),
  steps: number({ default: 1000, gt: 1, description: 'Number of steps in which the requests move.' }),
  percentage: number({ between: [0, 100], description: 'Fixed part of the requests that moves, in percent.' }),
  upstream_host: string({ description: 'Host that these requests are sent to.' }),
  upstream_port: { ...port, description: 'Port that these requests are sent to.' },
  upstream_uri: string({ len_min: 1, description: 'Path that these requests are sent to.' }),
  upstream_fallback: boolean({
    required: true, default: false, description: 'Whether to stay with the old server while the other has no healthy target.',
  }),
  groups: array(string(), { description: 'Groups of consumers that move first, or never, with `hash` allow or deny.' }),
  canary_by_header_name: {
    ...headerName, description: 'Header by which clients choose themselves: `always` or `never`.',
  },
}, { required: true });

export const canary = definePlugin({
  name: 'canary',
  priority: 13,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entity_checks: [
    { at_least_one_of: ['config.upstream_uri', 'config.upstream_host', 'config.upstream_port'] },
    {
      conditional: {
        if_field: 'config.hash', if_match: { eq: 'header' }, then_field: 'config.hash_header', then_match: { required: true },
      },
    },
    {
      conditional: {
        if_field: 'config.upstream_fallback', if_match: { eq: true }, then_field: 'config.upstream_host', then_match: { required: true },
      },
    },
  ],
});
