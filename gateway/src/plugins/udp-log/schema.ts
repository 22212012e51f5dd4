/** udp-log: sends a JSON object for every request over UDP. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { customFieldsByLua } from '../../model/plugin-fields/lua-code.ts';
import { number, record } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { host, port, protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  host: { ...host, required: true, description: 'Host of the server.' },
  port: { ...port, required: true, description: 'Port of the server.' },
  timeout: number({ default: 10000, description: 'Milliseconds to wait when sending.' }),
  custom_fields_by_lua: customFieldsByLua,
}, { required: true });

export type UdpLogConfig = RecordOf<typeof config.fields>;

export const udpLog = definePlugin({
  name: 'udp-log',
  priority: 8,
  fields: { protocols: protocolsAll, config },
});
