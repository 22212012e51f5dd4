/** Matchers by host: names in a map, wildcards by the labels that they leave, and those for any host. */
import type { HostPattern } from './host-pattern.ts';
import { PathIndex } from './path-index.ts';
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

/** Fewer matchers are tried one after the other: an index for each of many hosts would be mostly empty. */
const WORTH_AN_INDEX = 4;

type Find = (input: RouterInput, best: RouteMatcher | undefined) => RouteMatcher | undefined;

export class HostIndex {
  readonly #names: ReadonlyMap<string, Find>;
  /** By what follows the wildcard of `*.example.com`: it begins with a dot. */
  readonly #suffixes: ReadonlyMap<string, Find>;
  /** By what precedes the wildcard of `example.*`: it ends with a dot. */
  readonly #prefixes: ReadonlyMap<string, Find>;
  readonly #anyHost: Find;

  /** @param matchers in the order of precedence */
  constructor(matchers: readonly RouteMatcher[]) {
    const list = (): Map<string, RouteMatcher[]> => new Map();
    const lists = { name: list(), suffix: list(), prefix: list() };
    const anyHost: RouteMatcher[] = [];
    for (const matcher of matchers) {
      if (matcher.hosts?.every(isFound) !== true) anyHost.push(matcher);
      else for (const { kind, text } of matcher.hosts) file(lists[kind], text, matcher);
    }
    this.#names = finders(lists.name);
    this.#suffixes = finders(lists.suffix);
    this.#prefixes = finders(lists.prefix);
    this.#anyHost = finder(anyHost);
  }

  /** The first match in the order of precedence. */
  find(input: RouterInput): RouteMatcher | undefined {
    const { host } = input;
    let found = this.#names.get(host)?.(input, undefined);
    if (this.#suffixes.size > 0 || this.#prefixes.size > 0) {
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        const suffix = this.#suffixes.get(host.slice(dot));
        if (suffix !== undefined) found = suffix(input, found);
        const prefix = this.#prefixes.get(host.slice(0, dot + 1));
        if (prefix !== undefined) found = prefix(input, found);
      }
    }
    return this.#anyHost(input, found);
  }
}

/** Whether looking up the labels of a host finds the pattern. */
function isFound({ kind, text }: HostPattern): boolean {
  return kind === 'name' || (kind === 'suffix' ? text.startsWith('.') : text.endsWith('.'));
}

function file(lists: Map<string, RouteMatcher[]>, text: string, matcher: RouteMatcher): void {
  const list = lists.get(text);
  if (list === undefined) lists.set(text, [matcher]);
  else if (list.at(-1) !== matcher) list.push(matcher);
}

function finders(lists: ReadonlyMap<string, readonly RouteMatcher[]>): ReadonlyMap<string, Find> {
  return new Map([...lists].map(([text, matchers]) => [text, finder(matchers)]));
}

function finder(matchers: readonly RouteMatcher[]): Find {
  if (matchers.length > WORTH_AN_INDEX) {
    const index = new PathIndex(matchers);
    return (input, best) => index.find(input, best);
  }
  return (input, best) => {
    for (const matcher of matchers) {
      if (best !== undefined && matcher.rank >= best.rank) return best;
      if (matcher.accepts(input) && hasPath(matcher, input.path)) return matcher;
    }
    return best;
  };
}

function hasPath({ paths }: RouteMatcher, path: string): boolean {
  return paths === undefined || paths.some((pattern) => (
    'prefix' in pattern ? path.startsWith(pattern.prefix) : path.startsWith(pattern.beginning) && pattern.expression.test(path)));
}
