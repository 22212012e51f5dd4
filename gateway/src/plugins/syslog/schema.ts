/** syslog: writes a message to the system's log for every request. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { requiredSeverityFields } from '../../model/plugin-fields/log-severity.ts';
import { customFieldsByLua } from '../../model/plugin-fields/lua-code.ts';
import { record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  ...requiredSeverityFields,
  custom_fields_by_lua: customFieldsByLua,
  facility: string({
    required: true, default: 'user',
    one_of: [
      'auth', 'authpriv', 'cron', 'daemon', 'ftp', 'kern', 'lpr', 'mail', 'news',
      'syslog', 'user', 'uucp', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7',
    ],
    description: 'Facility of the messages.',
  }),
}, { required: true });

export type SyslogConfig = RecordOf<typeof config.fields>;

export const syslog = definePlugin({
  name: 'syslog',
  priority: 4,
  fields: { protocols: protocolsAll, config },
});
