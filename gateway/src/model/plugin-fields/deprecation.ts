/** Fields of plugins that have a successor. */
import type { Deprecation } from '../schema/field.ts';

/** Where a field of `config` is now. Dotted for fields of records. */
interface Successor {
  /** @default 'config' */
  readonly place?: string;
  readonly name: string;
  /** The default of the old field: a value that counts as not given. */
  readonly oldDefault?: unknown;
}

/** Says that a field is deprecated. It is no shorthand: both fields keep the values that they were given. */
export function deprecated(plugin: string, field: string, { place = 'config', name, oldDefault }: Successor): Deprecation {
  return {
    message: `${plugin}: ${place}.${field} is deprecated, please use ${place}.${name} instead`,
    removal_in_version: '4.0',
    ...oldDefault === undefined ? {} : { old_default: oldDefault },
  };
}

/** Says that a shorthand is deprecated: it sets its successor, and answers repeat the successor's value. */
export function renamed(plugin: string, field: string, path: readonly string[], place = 'config'): Deprecation {
  return { ...deprecated(plugin, field, { place, name: path.join('.') }), replaced_with: [{ path }] };
}
