/** Numbers of requests allowed in a period. */
import { number } from '../schema/field.ts';
import type { EntityValue, RecordField } from '../schema/field.ts';

export const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;

export const limitFields = {
  second: number({ gt: 0, description: 'Number allowed in a second.' }),
  minute: number({ gt: 0, description: 'Number allowed in a minute.' }),
  hour: number({ gt: 0, description: 'Number allowed in an hour.' }),
  day: number({ gt: 0, description: 'Number allowed in a day.' }),
  month: number({ gt: 0, description: 'Number allowed in a month.' }),
  year: number({ gt: 0, description: 'Number allowed in a year.' }),
};

/** The configuration where data planes reach no database: they cannot keep counters there. */
export function withoutClusterPolicy(config: RecordField): RecordField {
  const { policy } = config.fields!;
  return { ...config, fields: { ...config.fields, policy: { ...policy!, one_of: ['local', 'redis'] } } };
}

/** Limits of longer periods must not be lower than those of shorter ones. @param the the first word of the message */
export function limitOrderViolation(limits: EntityValue, the: 'The' | 'the'): string | undefined {
  const given = PERIODS.flatMap((period) => {
    const limit = limits[period];
    return typeof limit === 'number' ? [{ period, limit }] : [];
  });
  for (const [index, shorter] of given.entries()) {
    const longer = given.slice(index + 1).find(({ limit }) => limit < shorter.limit);
    if (longer !== undefined) return `${the} limit for ${shown(longer)} cannot be lower than the limit for ${shown(shorter)}`;
  }
  return undefined;
}

function shown({ period, limit }: { readonly period: string; readonly limit: number }): string {
  return `${period}(${limit.toFixed(1)})`;
}
