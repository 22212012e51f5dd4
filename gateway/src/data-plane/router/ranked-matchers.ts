/** Matchers in the order of precedence. There are versions of a list, as of the whole index: see `HostIndex`. */
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

export class RankedMatchers {
  readonly list: RouteMatcher[];
  readonly #owner: object;

  constructor(owner: object, list: RouteMatcher[] = []) {
    this.#owner = owner;
    this.list = list;
  }

  ownedBy(owner: object): RankedMatchers {
    return owner === this.#owner ? this : new RankedMatchers(owner, [...this.list]);
  }

  /** For the owner only. One that is there already stays once. */
  add(matcher: RouteMatcher): void {
    const { list } = this;
    if (list.length === 0 || list.at(-1)!.rank < matcher.rank) return void list.push(matcher);
    const at = this.#placeOf(matcher);
    if (list[at] !== matcher) list.splice(at, 0, matcher);
  }

  /** For the owner only. */
  remove(matcher: RouteMatcher): void {
    const at = this.#placeOf(matcher);
    if (this.list[at] === matcher) this.list.splice(at, 1);
  }

  /** The first that accepts the request and comes before `best`, or `best`. Paths are not looked at. */
  find(input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
    for (const matcher of this.list) {
      if (best !== undefined && matcher.rank >= best.rank) return best;
      if (matcher.accepts(input)) return matcher;
    }
    return best;
  }

  /** Of the first with this rank or a later one. */
  #placeOf({ rank }: RouteMatcher): number {
    let [from, to] = [0, this.list.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.list[middle]!.rank < rank) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
