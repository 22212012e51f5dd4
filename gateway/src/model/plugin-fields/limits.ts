/** Numbers of requests allowed in a period. */
import { number } from '../schema/field.ts';

export const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;

export const limitFields = {
  second: number({ gt: 0, description: 'Number allowed in a second.' }),
  minute: number({ gt: 0, description: 'Number allowed in a minute.' }),
  hour: number({ gt: 0, description: 'Number allowed in an hour.' }),
  day: number({ gt: 0, description: 'Number allowed in a day.' }),
  month: number({ gt: 0, description: 'Number allowed in a month.' }),
  year: number({ gt: 0, description: 'Number allowed in a year.' }),
};
