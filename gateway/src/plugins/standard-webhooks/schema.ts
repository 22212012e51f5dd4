/** standard-webhooks: rejects webhooks whose signature (Standard Webhooks) is not valid. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { integer, record, string } from '../../model/schema/field.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  secret_v1: string({
    required: true, referenceable: true, encrypted: true, description: 'Secret that signatures are made with.',
  }),
  tolerance_second: integer({
    required: true, default: 300, gt: -1,
    description: "Largest difference between the webhook's time and the node's clock, in seconds.",
  }),
}, { required: true });

export const standardWebhooks = definePlugin({
  name: 'standard-webhooks',
  priority: 760,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
});
