/** Limits of plugins that count requests, or their cost, in windows of any length. Facts as in rate-limiting-advanced. */
import { array, number, string } from '../schema/field.ts';
import type { EntityCheck, EntityValue } from '../schema/field.ts';

export const windowFields = {
  window_size: array(number(), { required: true, description: 'Length of each window in seconds.' }),
  window_type: string({
    default: 'sliding', one_of: ['fixed', 'sliding'],
    description: 'Whether a window begins at fixed times, or ends now and weighs what the window before had.',
  }),
  limit: array(number(), { required: true, description: 'What is allowed in each window, in the order of `window_size`.' }),
} as const;

function unequal({ config }: EntityValue): Readonly<Record<string, string>> | undefined {
  const { limit, window_size: sizes } = config as { readonly limit: readonly number[]; readonly window_size: readonly number[] };
  return limit.length === sizes.length ? undefined : { 'config.limit': `expected ${sizes.length} limits, one for each window_size` };
}

export const windowChecks: readonly EntityCheck[] = [
  { custom_entity_check: { field_sources: ['config'], fn: unequal } },
];
