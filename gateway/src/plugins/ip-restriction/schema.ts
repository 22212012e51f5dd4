/** ip-restriction: lets clients pass, or rejects them, by their address. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { ipOrCidr, protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  allow: array(ipOrCidr, { description: 'Addresses or ranges that pass; all others are rejected.' }),
  deny: array(ipOrCidr, { description: 'Addresses or ranges that are rejected.' }),
  status: number({
    required: false, description: 'Status of the response to rejected requests. Default: 403.',
  }),
  message: string({
    required: false, description: 'Message of the response to rejected requests. Default: the address is not allowed.',
  }),
}, { required: true });

export type IpRestrictionConfig = RecordOf<typeof config.fields>;

export const ipRestriction = definePlugin({
  name: 'ip-restriction',
  priority: 990,
  takesConsumerGroups: true,
  fields: { protocols: { ...protocolsAll, default: ['http', 'https', 'tcp', 'tls', 'grpc', 'grpcs'] }, config },
  entity_checks: [
    { at_least_one_of: ['config.allow', 'config.deny'] },
  ],
});
