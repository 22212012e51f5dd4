/**
 * route-by-header: chooses the upstream by headers. Paid in Kong: types and defaults are those of Kong's public documentation and
 * of the schema of Konnect's API.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, map, record, string } from '../../model/schema/field.ts';
import { headerName, protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  rules: array(record({
    condition: map(headerName, string(), {
      required: true, len_min: 1, description: 'Headers that a request must have, with their values.',
    }),
    upstream_name: string({ required: true, description: 'Name of the upstream that such requests are sent to.' }),
  }), { required: true, default: [], description: 'Rules in order; the first whose condition is met counts.' }),
}, { required: true });

export const routeByHeader = definePlugin({
  name: 'route-by-header',
  priority: 850,
  fields: { protocols: protocolsHttp, config },
});
