/** A rule of metrics that plugins send: some types of them are sampled. */
import type { EntityCheck } from '../schema/field.ts';

export const sampledTypesHaveRates: EntityCheck = {
  conditional: {
    if_field: 'stat_type',
    if_match: { one_of: ['counter', 'gauge'] },
    then_field: 'sample_rate',
    then_match: { required: true },
  },
};

/** How StatsD and its dialects write the type of a metric. */
export const STAT_TYPE_LETTERS = {
  counter: 'c', gauge: 'g', timer: 'ms', histogram: 'h', meter: 'm', set: 's', distribution: 'd',
} as const;
