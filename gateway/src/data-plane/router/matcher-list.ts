/** Matchers that one host and one path lead to, by a header where they name one. Each list is in the order of precedence. */
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

/** Below, trying one after the other is as fast. */
const WORTH_AN_INDEX = 8;

export class MatcherList {
  readonly #matchers: RouteMatcher[] = [];
  /** By name and value of a header; undefined while there are few. */
  #byHeader: Map<string, Map<string, RouteMatcher[]>> | undefined;
  #others: RouteMatcher[] = this.#matchers;

  /** In the order of precedence. */
  add(matcher: RouteMatcher): void {
    if (this.#matchers.at(-1) === matcher) return;
    this.#matchers.push(matcher);
    if (this.#byHeader !== undefined) this.#file(matcher);
    else if (this.#matchers.length > WORTH_AN_INDEX) this.#index();
  }

  /** The first that accepts the request and comes before `best`, or `best`. */
  find(input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
    let found = firstOf(this.#others, input, best);
    if (this.#byHeader === undefined) return found;
    for (const [name, byValue] of this.#byHeader) {
      for (const value of input.headerValues(name)) {
        const matchers = byValue.get(value.toLowerCase());
        if (matchers !== undefined) found = firstOf(matchers, input, found);
      }
    }
    return found;
  }

  #index(): void {
    this.#byHeader = new Map();
    this.#others = [];
    for (const matcher of this.#matchers) this.#file(matcher);
  }

  #file(matcher: RouteMatcher): void {
    const [header] = matcher.exactHeaders;
    if (header === undefined) return void this.#others.push(matcher);
    const [name, values] = header;
    let byValue = this.#byHeader!.get(name);
    if (byValue === undefined) this.#byHeader!.set(name, byValue = new Map<string, RouteMatcher[]>());
    for (const value of values) {
      const list = byValue.get(value);
      if (list === undefined) byValue.set(value, [matcher]);
      else list.push(matcher);
    }
  }
}

function firstOf(matchers: readonly RouteMatcher[], input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
  for (const matcher of matchers) {
    if (best !== undefined && matcher.rank >= best.rank) return best;
    if (matcher.accepts(input)) return matcher;
  }
  return best;
}
