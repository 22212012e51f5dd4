/** Whose Admin API and files a node's are like. */

/** `kong-3.9.1`: those of Kong Gateway 3.9.1, community edition, with more plugins. `full`: also entities of other editions of Kong. */
export const COMPATIBILITIES = ['kong-3.9.1', 'full'] as const;

export type Compatibility = typeof COMPATIBILITIES[number];

export const DEFAULT_COMPATIBILITY: Compatibility = 'kong-3.9.1';
