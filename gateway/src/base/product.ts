/** How this gateway names itself in `Server` and `Via`. */
import { HYBRIDGE_VERSION } from './version.ts';

export const PRODUCT = `hybridge/${HYBRIDGE_VERSION}`;
