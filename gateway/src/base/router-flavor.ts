/** How routes are matched, by the names of Kong's setting `router_flavor`. */
export const ROUTER_FLAVORS = ['traditional_compatible', 'traditional', 'expressions'] as const;

export type RouterFlavor = typeof ROUTER_FLAVORS[number];

export const DEFAULT_ROUTER_FLAVOR: RouterFlavor = 'traditional_compatible';
