/** Requests that a route is meant for, to be tried on the router. */
import type { HostPattern } from '../data-plane/router/host-pattern.ts';
import type { PathPattern, RouteMatcher } from '../data-plane/router/route-matcher.ts';
import type { RouterInput } from '../data-plane/router/router-input.ts';

/** Of one matcher: enough to meet each of its usual few values. */
const MOST_SAMPLES = 64;

const ENDS = { sourceIp: '192.0.2.1', sourcePort: 1, destinationIp: '192.0.2.2' };

/** A request for each combination of host, path and method. Nothing for matchers of which no request can be made up. */
export function samplesOf({ hosts, paths, route }: RouteMatcher): readonly RouterInput[] {
  const isBeyondSamples = route.expression !== undefined || (route.row.sources ?? route.row.destinations ?? null) !== null
    || Object.values(route.headers).some((values) => values.some((value) => value.startsWith('~*')));
  const texts = paths?.map(pathOf) ?? ['/'];
  if (isBeyondSamples || texts.includes(undefined)) return [];
  const names = hosts?.map(hostOf) ?? ['unnamed.invalid'];
  const methods = route.methods.length === 0 ? ['GET'] : route.methods;
  const samples: RouterInput[] = [];
  for (const path of texts as readonly string[]) {
    for (const [at, host] of names.entries()) {
      for (const method of methods) samples.push(sample(route, method, host, hosts?.[at]?.port, path));
    }
  }
  return samples.slice(0, MOST_SAMPLES);
}

function sample(route: RouteMatcher['route'], method: string, host: string, port: number | undefined, path: string): RouterInput {
  return {
    method, host, path, port: port ?? 443, scheme: 'https', sni: route.snis[0], search: '', ends: ENDS,
    headerValues: (name) => (Object.hasOwn(route.headers, name) ? [route.headers[name]![0]!] : []),
  };
}

function hostOf({ kind, text }: HostPattern): string {
  return kind === 'name' ? text : kind === 'suffix' ? `sample${text}` : `${text}sample`;
}

/** Of a regular expression: its beginning, where that already matches. */
function pathOf(pattern: PathPattern): string | undefined {
  if ('prefix' in pattern) return pattern.prefix;
  return pattern.expression.test(pattern.beginning) ? pattern.beginning : undefined;
}
