/** How long values of a vault outside of the node are used. */
import type { Fields } from '../../schema/field.ts';
import { number } from '../../schema/field.ts';

export const lifetimes = {
  ttl: number({ default: 0, description: 'Seconds after which a value is read again; 0: never.' }),
  neg_ttl: number({
    default: 0, description: 'Seconds after which a secret that does not exist is looked for again; 0: as soon as possible.',
  }),
  resurrect_ttl: number({
    default: 100_000_000, description: 'Seconds that a value stays in use after its ttl while the vault cannot be read.',
  }),
} satisfies Fields;
