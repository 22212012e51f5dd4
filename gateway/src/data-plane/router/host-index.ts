/**
 * Matchers by host: names in a map, wildcards by the labels that they leave, and those for any host. There are versions of an index: the
 * next one shares what has not changed, so that it costs what has. The maker of a version owns its new parts, and changes them until it is
 * in use; `ownedBy` gives a part to the owner, as it is or as a copy.
 */
import { LayeredMap } from '../../base/layered-map.ts';
import type { HostPattern } from './host-pattern.ts';
import type { GramCounts } from './literal-index.ts';
import { PathIndex } from './path-index.ts';
import { RankedMatchers } from './ranked-matchers.ts';
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

/** Fewer matchers are tried one after the other: an index for each of many hosts would be mostly empty. */
const WORTH_AN_INDEX = 4;

type ByText = LayeredMap<string, HostMatchers>;

interface Parts {
  readonly names: ByText;
  /** By what follows the wildcard of `*.example.com`: it begins with a dot. */
  readonly suffixes: ByText;
  /** By what precedes the wildcard of `example.*`: it ends with a dot. */
  readonly prefixes: ByText;
  readonly anyHost: HostMatchers;
}

export class HostIndex {
  static empty(owner: object, counts: GramCounts): HostIndex {
    const byText = () => LayeredMap.empty<string, HostMatchers>(owner);
    return new HostIndex(owner, counts, { names: byText(), suffixes: byText(), prefixes: byText(), anyHost: new HostMatchers(owner) });
  }

  readonly #owner: object;
  readonly #counts: GramCounts;
  readonly #parts: Parts;

  private constructor(owner: object, counts: GramCounts, parts: Parts) {
    this.#owner = owner;
    this.#counts = counts;
    this.#parts = parts;
  }

  ownedBy(owner: object): HostIndex {
    const { names, suffixes, prefixes, anyHost } = this.#parts;
    return new HostIndex(owner, this.#counts, {
      names: names.ownedBy(owner), suffixes: suffixes.ownedBy(owner), prefixes: prefixes.ownedBy(owner), anyHost: anyHost.ownedBy(owner),
    });
  }

  /** For the owner only. @param matcher whose rank is known */
  add(matcher: RouteMatcher): void {
    this.#change(matcher, (matchers) => matchers.add(matcher, this.#counts));
  }

  /** For the owner only. */
  remove(matcher: RouteMatcher): void {
    this.#change(matcher, (matchers) => matchers.remove(matcher));
  }

  /** The first match in the order of precedence. */
  find(input: RouterInput): RouteMatcher | undefined {
    const { host } = input;
    const { names, suffixes, prefixes, anyHost } = this.#parts;
    let found = names.get(host)?.find(input, undefined);
    if (suffixes.size > 0 || prefixes.size > 0) {
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        const suffix = suffixes.get(host.slice(dot));
        if (suffix !== undefined) found = suffix.find(input, found);
        const prefix = prefixes.get(host.slice(0, dot + 1));
        if (prefix !== undefined) found = prefix.find(input, found);
      }
    }
    return anyHost.find(input, found);
  }

  #change({ hosts }: RouteMatcher, change: (matchers: HostMatchers) => void): void {
    const { names, suffixes, prefixes, anyHost } = this.#parts;
    if (hosts?.every(isFound) !== true) return change(anyHost);
    const byKind = { name: names, suffix: suffixes, prefix: prefixes };
    for (const { kind, text } of hosts) {
      const matchers = byKind[kind].get(text)?.ownedBy(this.#owner) ?? new HostMatchers(this.#owner);
      change(matchers);
      byKind[kind].set(text, matchers.size === 0 ? undefined : matchers);
    }
  }
}

/** The matchers of one host. */
class HostMatchers {
  readonly #owner: object;
  readonly #matchers: RankedMatchers;
  #index: PathIndex | undefined;

  constructor(owner: object, matchers = new RankedMatchers(owner), index?: PathIndex) {
    this.#owner = owner;
    this.#matchers = matchers;
    this.#index = index;
  }

  get size(): number {
    return this.#matchers.list.length;
  }

  ownedBy(owner: object): HostMatchers {
    return owner === this.#owner ? this : new HostMatchers(owner, this.#matchers.ownedBy(owner), this.#index?.ownedBy(owner));
  }

  add(matcher: RouteMatcher, counts: GramCounts): void {
    const { size } = this;
    this.#matchers.add(matcher);
    // A matcher may have two hosts that lead here.
    if (this.size === size) return;
    if (this.#index !== undefined) this.#index.add(matcher);
    else if (this.size > WORTH_AN_INDEX) {
      this.#index = PathIndex.empty(this.#owner, counts);
      for (const each of this.#matchers.list) this.#index.add(each);
    }
  }

  remove(matcher: RouteMatcher): void {
    const { size } = this;
    this.#matchers.remove(matcher);
    if (this.size < size) this.#index?.remove(matcher);
  }

  find(input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
    if (this.#index !== undefined) return this.#index.find(input, best);
    for (const matcher of this.#matchers.list) {
      if (best !== undefined && matcher.rank >= best.rank) return best;
      if (matcher.accepts(input) && hasPath(matcher, input.path)) return matcher;
    }
    return best;
  }
}

/** Whether looking up the labels of a host finds the pattern. */
function isFound({ kind, text }: HostPattern): boolean {
  return kind === 'name' || (kind === 'suffix' ? text.startsWith('.') : text.endsWith('.'));
}

function hasPath({ paths }: RouteMatcher, path: string): boolean {
  return paths === undefined || paths.some((pattern) => (
    'prefix' in pattern ? path.startsWith(pattern.prefix) : path.startsWith(pattern.beginning) && pattern.expression.test(path)));
}
