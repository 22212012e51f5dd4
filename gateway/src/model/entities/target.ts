/** Targets: the addresses that an upstream balances requests over. */
import { normalizedAddress } from '../formats/host-names.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import { foreign, integer, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

const DEFAULT_PORT = 8000;

export const target = defineEntity({
  name: 'targets',
  endpointKey: 'target',
  nestedKey: 'target',
  isNestedOnly: true,
  uniqueTogether: [['upstream', 'target']],
  fields: {
    id: typedefs.id,
    created_at: { ...typedefs.createdAtWithFraction },
    updated_at: { ...typedefs.updatedAtWithFraction },
    upstream: foreign('upstreams', { required: true, on_delete: 'cascade', description: 'The upstream that the target belongs to.' }),
    target: string({
      required: true, check: targetViolation,
      description: `Host name or address with a port, e.g. \`api.example.com:8080\`. Default port: ${DEFAULT_PORT}.`,
    }),
    weight: integer({
      default: 100, between: [0, 65535], description: 'Share of the requests, relative to the other targets. 0 takes the target out.',
    }),
    tags: typedefs.tags,
  },
  normalizations: [{
    field: 'target',
    normalize: (value) => {
      const normalized = typeof value === 'string' ? normalizedAddress(value, DEFAULT_PORT) : undefined;
      // Writes have a shorter text than validation, as in Kong.
      return normalized === undefined ? { violation: 'Invalid target; not a valid hostname or ip address' } : { value: normalized };
    },
  }],
});

export type Target = EntityOf<typeof target>;
export type TargetRow = RowOf<typeof target>;

function targetViolation(value: string): string | undefined {
  return normalizedAddress(value, DEFAULT_PORT) === undefined
    ? `Invalid target ('${value}'); not a valid hostname or ip address` : undefined;
}
