/** file-log: appends a line of JSON to a file for every request. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { customFieldsByLua } from '../../model/plugin-fields/lua-code.ts';
import { boolean, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  path: string({
    required: true, match: '^[^*&%%\\`]+$', err: 'not a valid filename', description: 'Path of the file.',
  }),
  reopen: boolean({
    required: true, default: false,
    description: 'Whether to open the file again for each line, as rotation of logs needs it.',
  }),
  custom_fields_by_lua: customFieldsByLua,
}, { required: true });

export type FileLogConfig = RecordOf<typeof config.fields>;

export const fileLog = definePlugin({
  name: 'file-log',
  priority: 9,
  fields: { protocols: protocolsAll, config },
});
