/** Counters of the policy `cluster`, for one client and one period each. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { integer, string } from '../../model/schema/field.ts';
import type { EntityOf } from '../../model/schema/infer.ts';
import { uuid } from '../../model/schema/typedefs.ts';

export const rateLimitingMetric = defineEntity({
  name: 'ratelimiting_metrics',
  isKeptByNodes: true,
  // All fields but `value` identify a counter. No endpoint reads or writes one.
  primaryKey: 'identifier',
  hasAdminApi: false,
  isExported: false,
  hasTtl: true,
  fields: {
    identifier: string({ required: true, len_min: 0, description: 'The client, or what the limit counts by.' }),
    period: string({ required: true, description: 'Length of the period, such as `minute`.' }),
    period_date: integer({ required: true, timestamp: true, description: 'Start of the period. Seconds since 1970.' }),
    service_id: { ...uuid, required: true, description: 'Id of the service that is limited, or of no entity.' },
    route_id: { ...uuid, required: true, description: 'Id of the route that is limited, or of no entity.' },
    value: integer({ required: true, description: 'Number of requests in the period.' }),
  },
});

export type RateLimitingMetric = EntityOf<typeof rateLimitingMetric>;
