/** The versions that a node claims. */

/** Version of Kong Gateway whose Admin API, settings and tunnel protocol this gateway speaks. */
export const KONG_VERSION = '3.9.1';

declare const __HYBRIDGE_VERSION__: string | undefined;

/** Version of this package; `0.0.0` when run from source. */
export const HYBRIDGE_VERSION: string = typeof __HYBRIDGE_VERSION__ === 'string' ? __HYBRIDGE_VERSION__ : '0.0.0';
