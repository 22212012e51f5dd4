/** Matchers of one host by path: prefixes in a tree, regular expressions by texts that they need, and those for any path. */
import type { RegularExpression } from '../../model/formats/regular-expression.ts';
import { LiteralIndex } from './literal-index.ts';
import type { Filed } from './literal-index.ts';
import { MatcherList } from './matcher-list.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

interface Candidate {
  readonly matcher: RouteMatcher;
  readonly expression: RegularExpression;
}

export class PathIndex {
  readonly #anyPath = new MatcherList();
  readonly #prefixes = new PrefixTree<MatcherList>();
  readonly #literals: LiteralIndex<RouteMatcher>;
  /** Expressions without a text of four characters, by what their paths begin with. */
  readonly #beginnings = new PrefixTree<Filed<RouteMatcher>[]>();

  /** @param matchers in the order of precedence */
  constructor(matchers: readonly RouteMatcher[]) {
    const expressions: Filed<RouteMatcher>[] = [];
    for (const matcher of matchers) {
      if (matcher.paths === undefined) this.#anyPath.add(matcher);
      for (const path of matcher.paths ?? []) {
        if ('prefix' in path) this.#prefixes.at(path.prefix, () => new MatcherList()).add(matcher);
        else expressions.push({ value: matcher, expression: path.expression, beginning: path.beginning });
      }
    }
    const remaining: Filed<RouteMatcher>[] = [];
    this.#literals = new LiteralIndex(expressions, remaining);
    for (const filed of remaining) this.#beginnings.at(filed.beginning, () => []).push(filed);
  }

  /** The first match before `best` in the order of precedence, or `best`. */
  find(input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
    let found = this.#anyPath.find(input, best);
    this.#prefixes.visit(input.path, (list) => {
      found = list.find(input, found);
    });
    return this.#findExpression(input, found);
  }

  /** Expressions cost more than all other conditions: they come last, the one that would win first. */
  #findExpression(input: RouterInput, best: RouteMatcher | undefined): RouteMatcher | undefined {
    let candidates: Candidate[] | undefined;
    const collect = (matcher: RouteMatcher, expression: RegularExpression): void => {
      if (best === undefined || matcher.rank < best.rank) (candidates ??= []).push({ matcher, expression });
    };
    this.#literals.visit(input.path, collect);
    this.#beginnings.visit(input.path, (entries) => {
      for (const { value, expression } of entries) collect(value, expression);
    });
    if (candidates === undefined) return best;
    if (candidates.length > 1) candidates.sort((a, b) => a.matcher.rank - b.matcher.rank);
    return candidates.find((candidate, at) => !isRepeated(candidates!, at) && matches(candidate, input))?.matcher ?? best;
  }
}

/** A text that a path has twice leads to an expression twice. */
function isRepeated(candidates: readonly Candidate[], at: number): boolean {
  const { matcher, expression } = candidates[at]!;
  const before = candidates[at - 1];
  return before !== undefined && before.matcher === matcher && before.expression === expression;
}

function matches({ matcher, expression }: Candidate, input: RouterInput): boolean {
  return matcher.accepts(input) && expression.test(input.path);
}
