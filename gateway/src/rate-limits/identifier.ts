/** What requests are counted by. */
import type { Exchange } from '../plugin-kit/exchange.ts';
import type { PluginScope } from '../plugin-kit/plugin.ts';

/** In keys, in place of a service or route that the plugin is not bound to. */
const NO_ENTITY = '00000000-0000-0000-0000-000000000000';

/** What a request may be counted by; the address of the client where that is unknown. */
export type CountedBy = 'consumer' | 'credential' | 'ip' | 'service' | 'header' | 'path' | 'consumer-group';

interface IdentifierOptions {
  readonly by: CountedBy;
  readonly header?: string | null | undefined;
  readonly path?: string | null | undefined;
}

export function identifierOf({ by, header, path }: IdentifierOptions): (exchange: Exchange) => string {
  const find = FINDERS[by](header?.toLowerCase() ?? '', path ?? undefined);
  return (exchange) => find(exchange) ?? exchange.request.clientIp;
}

type Finder = (exchange: Exchange) => string | undefined;

const FINDERS: Readonly<Record<CountedBy, (header: string, path: string | undefined) => Finder>> = {
  'consumer': () => ({ consumer, credential }) => consumer?.id ?? credential?.id,
  'credential': () => ({ credential }) => credential?.id,
  'ip': () => () => undefined,
  'service': () => ({ service }) => service?.id,
  'header': (header) => ({ request }) => request.header(header),
  'path': (_, path) => ({ request }) => request.path === path ? path : undefined,
  // Of several groups the first by name, whose configuration is the one that runs.
  'consumer-group': () => ({ consumer }) => consumer?.groups?.values().next().value,
};

/** How keys in Redis, and of counters of the node, begin: with the route and the service that the plugin is bound to. */
export function scopeKey(plugin: string, { route, service }: PluginScope): string {
  return `${plugin}:${route ?? NO_ENTITY}:${service ?? NO_ENTITY}`;
}
