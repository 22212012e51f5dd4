/** tcp-log: sends a JSON object for every request over TCP. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { customFieldsByLua } from '../../model/plugin-fields/lua-code.ts';
import { boolean, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { host, port, protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  host: { ...host, required: true, description: 'Host of the server.' },
  port: { ...port, required: true, description: 'Port of the server.' },
  timeout: number({ default: 10000, description: 'Milliseconds to wait when connecting and sending.' }),
  keepalive: number({ default: 60000, description: 'Milliseconds for which an idle connection is kept open.' }),
  tls: boolean({ required: true, default: false, description: 'Whether to connect with TLS.' }),
  tls_sni: string({ description: 'Server name (SNI) to send when connecting with TLS.' }),
  custom_fields_by_lua: customFieldsByLua,
}, { required: true });

export type TcpLogConfig = RecordOf<typeof config.fields>;

export const tcpLog = definePlugin({
  name: 'tcp-log',
  priority: 7,
  fields: { protocols: protocolsAll, config },
});
