/** loggly: sends a syslog message for every request to Loggly. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { severityFields } from '../../model/plugin-fields/log-severity.ts';
import { customFieldsByLua } from '../../model/plugin-fields/lua-code.ts';
import { number, record, set, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { host, port, protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  host: { ...host, default: 'logs-01.loggly.com', description: 'Host of Loggly.' },
  port: { ...port, default: 514, description: 'UDP port of Loggly.' },
  key: string({
    required: true, referenceable: true, encrypted: true, description: 'Customer token of the account.',
  }),
  tags: set(string(), { default: ['kong'], description: 'Tags of the messages.' }),
  ...severityFields,
  timeout: number({ default: 10000, description: 'Milliseconds to wait when sending.' }),
  custom_fields_by_lua: customFieldsByLua,
}, { required: true });

export type LogglyConfig = RecordOf<typeof config.fields>;

export const loggly = definePlugin({
  name: 'loggly',
  priority: 6,
  fields: { protocols: protocolsAll, config },
});
