/**
 * Matchers of one host by path: prefixes in a tree, regular expressions by texts that they need, and those for any path. Versioned: see
 * `HostIndex`.
 */
import type { RegularExpression } from '../../model/formats/regular-expression.ts';
import { LiteralIndex } from './literal-index.ts';
import type { Filed, GramCounts } from './literal-index.ts';
import { MatcherList } from './matcher-list.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { RouteMatcher } from './route-matcher.ts';
import type { RouterInput } from './router-input.ts';

interface Candidate {
  readonly matcher: RouteMatcher;
  readonly expression: RegularExpression;
}

interface Parts {
  readonly anyPath: MatcherList;
  readonly prefixes: PrefixTree<MatcherList>;
  readonly literals: LiteralIndex<RouteMatcher>;
  /** Expressions without a text of four characters, by what their paths begin with. */
  readonly beginnings: PrefixTree<readonly Filed<RouteMatcher>[]>;
}

export class PathIndex {
  static empty(owner: object, counts: GramCounts): PathIndex {
    return new PathIndex(owner, {
      anyPath: new MatcherList(owner), prefixes: new PrefixTree(owner), literals: LiteralIndex.empty(owner, counts),
      beginnings: new PrefixTree(owner),
    });
  }

  readonly #owner: object;
  readonly #anyPath: MatcherList;
  readonly #prefixes: Parts['prefixes'];
  readonly #literals: Parts['literals'];
  readonly #beginnings: Parts['beginnings'];

  private constructor(owner: object, { anyPath, prefixes, literals, beginnings }: Parts) {
    this.#owner = owner;
    this.#anyPath = anyPath;
    this.#prefixes = prefixes;
    this.#literals = literals;
    this.#beginnings = beginnings;
  }

  ownedBy(owner: object): PathIndex {
    if (owner === this.#owner) return this;
    return new PathIndex(owner, {
      anyPath: this.#anyPath.ownedBy(owner), prefixes: this.#prefixes.ownedBy(owner), literals: this.#literals.ownedBy(owner),
      beginnings: this.#beginnings.ownedBy(owner),
    });
  }

  /** For the owner only. */
  add(matcher: RouteMatcher): void {
    if (matcher.paths === undefined) this.#anyPath.add(matcher);
    for (const path of matcher.paths ?? []) {
      if ('prefix' in path) this.#changeList(path.prefix, (list) => list.add(matcher));
      else {
        const filed = { value: matcher, expression: path.expression, beginning: path.beginning };
        if (!this.#literals.add(filed)) this.#beginnings.set(path.beginning, (known = []) => [...known, filed]);
      }
    }
  }

  /** For the owner only. */
  remove(matcher: RouteMatcher): void {
    if (matcher.paths === undefined) this.#anyPath.remove(matcher);
    for (const path of matcher.paths ?? []) {
      if ('prefix' in path) this.#changeList(path.prefix, (list) => list.remove(matcher));
      else if (!this.#literals.remove({ value: matcher, expression: path.expression, beginning: path.beginning })) {
        this.#beginnings.set(path.beginning, (known = []) => {
          const kept = known.filter(({ value }) => value !== matcher);
          return kept.length === 0 ? undefined : kept;
        });
      }
    }
  }

  #changeList(prefix: string, change: (list: MatcherList) => void): void {
    this.#prefixes.set(prefix, (known) => {
      const list = known?.ownedBy(this.#owner) ?? new MatcherList(this.#owner);
      change(list);
      return list.size === 0 ? undefined : list;
    });
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
