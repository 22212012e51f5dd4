/** The router flavor that an option names. */
import { ROUTER_FLAVORS } from '../../gateway/src/base/router-flavor.ts';
import type { RouterFlavor } from '../../gateway/src/base/router-flavor.ts';
import { CommandFailure } from '../command.ts';

/** @throws CommandFailure for another one */
export function routerFlavorOf(given: string | undefined): RouterFlavor | undefined {
  if (given === undefined) return undefined;
  const found = ROUTER_FLAVORS.find((flavor) => flavor === given);
  if (found !== undefined) return found;
  throw new CommandFailure(`--router-flavor: '${given}' is not valid; expected ${ROUTER_FLAVORS.join(', ')}`);
}
