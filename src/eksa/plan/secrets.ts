/** Secrets of a step's files: placeholders that are filled in before the tools read them, and credentials of machines. */
import type { Hardware } from '../hardware/hardware-csv';
import { parsePlaceholder } from '../hardware/placeholder';
import type { Document } from '../model/document';
import { clusterOf } from './cluster';

/** Whether the files hold what only `hybridge eksa render` makes a value of. */
export function hasPlaceholders(documents: readonly Document[], hardware: Hardware | undefined): boolean {
  const texts = [clusterOf(documents).spec?.licenseToken, ...(hardware?.machines ?? []).flatMap(({ cells }) => Object.values(cells))];
  return texts.some((text) => typeof text === 'string' && parsePlaceholder(text) !== undefined);
}

/** Whether machines have a controller that power and boot are set through, which wants a Secret each. */
export function hasControllers(hardware: Hardware | undefined): boolean {
  return (hardware?.machines ?? []).some(({ cells }) => Boolean(cells.bmc_ip));
}
