/** bot-detection: rejects requests of known bots by their User-Agent. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  allow: array(string({ is_regex: true }), { default: [], description: 'Regular expressions of user agents that pass.' }),
  deny: array(string({ is_regex: true }), {
    default: [], description: 'Regular expressions of user agents that are rejected, in addition to the known bots.',
  }),
}, { required: true });

export type BotDetectionConfig = RecordOf<typeof config.fields>;

export const botDetection = definePlugin({
  name: 'bot-detection',
  priority: 2500,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
});
