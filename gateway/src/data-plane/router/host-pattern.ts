/** Hosts of routes: a name, or a name whose first or last label is a wildcard; each maybe with a port. */
import type { RouterFlavor } from '../../base/router-flavor.ts';
import type { RouterInput } from './router-input.ts';

export interface HostPattern {
  readonly kind: 'name' | 'suffix' | 'prefix';
  /** Lower case, without the wildcard. */
  readonly text: string;
  readonly port: number | undefined;
  /** Least number of characters that the wildcard stands for. */
  readonly least: number;
}

/** @param host as routes have it, e.g. `*.example.com:8443` */
export function hostPattern(host: string, flavor: RouterFlavor): HostPattern {
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/s.exec(host.toLowerCase())!;
  const rest = { port: port === undefined ? undefined : Number(port), least: flavor === 'traditional' ? 1 : 0 };
  if (name.startsWith('*')) return { kind: 'suffix', text: name.slice(1), ...rest };
  if (name.endsWith('*')) return { kind: 'prefix', text: name.slice(0, -1), ...rest };
  return { kind: 'name', text: name, ...rest };
}

export function hostTest(patterns: readonly HostPattern[]): ((input: RouterInput) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  const [first, second] = patterns;
  if (second === undefined) return (input) => matches(first!, input);
  const names = new Set(patterns.flatMap(({ kind, text, port }) => (kind === 'name' && port === undefined ? [text] : [])));
  const others = patterns.filter(({ kind, port }) => kind !== 'name' || port !== undefined);
  return (input) => input.host !== '' && (names.has(input.host) || others.some((pattern) => matches(pattern, input)));
}

function matches({ kind, text, port, least }: HostPattern, { host, port: given }: RouterInput): boolean {
  if (host === '' || (port !== undefined && port !== given)) return false;
  if (kind === 'name') return host === text;
  return host.length >= text.length + least && (kind === 'suffix' ? host.endsWith(text) : host.startsWith(text));
}
