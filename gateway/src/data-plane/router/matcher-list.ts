/** Matchers that one host and one path lead to, by a header where they name one. Versioned: see `HostIndex`. */
import { LayeredMap } from '../../base/layered-map.ts';
import { RankedMatchers } from './ranked-matchers.ts';
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

/** Below, trying one after the other is as fast. */
const WORTH_AN_INDEX = 8;

/** By value. */
type ByValue = LayeredMap<string, RankedMatchers>;

export class MatcherList {
  readonly #owner: object;
  readonly #matchers: RankedMatchers;
  /** By name and value of a header; undefined while there are few. */
  #byHeader: Map<string, ByValue> | undefined;
  /** Those that are not found by a header, once there is an index. */
  #others: RankedMatchers;

  constructor(
    owner: object, matchers = new RankedMatchers(owner), byHeader?: Map<string, ByValue>, others = new RankedMatchers(owner),
  ) {
    this.#owner = owner;
    this.#matchers = matchers;
    this.#byHeader = byHeader;
    this.#others = others;
  }

  get size(): number {
    return this.#matchers.list.length;
  }

  ownedBy(owner: object): MatcherList {
    if (owner === this.#owner) return this;
    const byHeader = this.#byHeader && new Map(this.#byHeader);
    return new MatcherList(owner, this.#matchers.ownedBy(owner), byHeader, this.#others.ownedBy(owner));
  }

  /** For the owner only. */
  add(matcher: RouteMatcher): void {
    this.#matchers.add(matcher);
    if (this.#byHeader !== undefined) this.#file(matcher, (list) => list.add(matcher));
    else if (this.size > WORTH_AN_INDEX) this.#index();
  }

  /** For the owner only. */
  remove(matcher: RouteMatcher): void {
    this.#matchers.remove(matcher);
    if (this.#byHeader !== undefined) this.#file(matcher, (list) => list.remove(matcher));
  }

  /** The first that accepts the request and comes before `best`, or `best`. */
  find(input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
    if (this.#byHeader === undefined) return this.#matchers.find(input, best);
    let found = this.#others.find(input, best);
    for (const [name, byValue] of this.#byHeader) {
      for (const value of input.headerValues(name)) {
        const matchers = byValue.get(value.toLowerCase());
        if (matchers !== undefined) found = matchers.find(input, found);
      }
    }
    return found;
  }

  #index(): void {
    this.#byHeader = new Map();
    this.#others = new RankedMatchers(this.#owner);
    for (const matcher of this.#matchers.list) this.#file(matcher, (list) => list.add(matcher));
  }

  #file(matcher: RouteMatcher, change: (list: RankedMatchers) => void): void {
    const [header] = matcher.exactHeaders;
    if (header === undefined) return change(this.#others);
    const [name, values] = header;
    const byValue = this.#byHeader!.get(name)?.ownedBy(this.#owner) ?? LayeredMap.empty<string, RankedMatchers>(this.#owner);
    this.#byHeader!.set(name, byValue);
    for (const value of values) {
      const list = byValue.get(value)?.ownedBy(this.#owner) ?? new RankedMatchers(this.#owner);
      change(list);
      byValue.set(value, list.list.length === 0 ? undefined : list);
    }
    if (byValue.size === 0) this.#byHeader!.delete(name);
  }
}
