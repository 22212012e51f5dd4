/**
 * Events and what separates them at least and at most. Answers how long after one event another can happen, for all
 * durations in their ranges: an upper bound, so that an order which it proves holds.
 */
import type { Range } from './durations';

interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly range: Range;
  /** CloudFormation keeps the order, also backwards when it deletes. */
  readonly isStructural: boolean;
}

export const BEGIN = 'deployment:start';

export class Timeline {
  private readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly into: Arrow[][] = [];
  private readonly outOf: Arrow[][] = [];
  private sorted?: readonly number[];
  private readonly bounds = new Map<number, (number | undefined)[]>();

  public constructor() {
    this.event(BEGIN);
  }

  public has(name: string): boolean {
    return this.numbers.has(name);
  }

  public event(name: string): void {
    if (this.numbers.has(name)) return;
    const number = this.names.push(name) - 1;
    this.numbers.set(name, number);
    this.into.push([]);
    this.outOf.push([]);
    if (number > 0) this.arrow(BEGIN, name, [0, 0], false);
  }

  /** @returns whether it could be added: not if `to` happens before `from` already. */
  public arrow(from: string, to: string, range: Range, isStructural: boolean): boolean {
    this.event(from);
    this.event(to);
    const arrow = { from: this.number(from), to: this.number(to), range, isStructural };
    if (arrow.from === arrow.to || this.reaches(arrow.to, arrow.from, false)) return false;
    this.into[arrow.to]!.push(arrow);
    this.outOf[arrow.from]!.push(arrow);
    this.sorted = undefined;
    this.bounds.clear();
    return true;
  }

  /** Whether `first` happens before `second`, whatever time anything takes. */
  public precedes(first: string, second: string): boolean {
    return this.reaches(this.number(first), this.number(second), false);
  }

  /** Whether CloudFormation keeps the order by dependencies: then it deletes `second` before `first`. */
  public isOrdered(first: string, second: string): boolean {
    return this.reaches(this.number(first), this.number(second), true);
  }

  /** At most how many seconds after `event` the `other` happens; negative: it happens before. */
  public lag(other: string, event: string): number {
    return this.lagsAfter(this.number(event))[this.number(other)]!;
  }

  /** Earliest or latest time of all events, with all durations at their shortest or longest. */
  public times(end: 0 | 1): ReadonlyMap<string, number> {
    return this.walk((arrow) => arrow.range[end]);
  }

  /** One run: `duration` says how long each step takes. */
  public walk(duration: (arrow: { readonly range: Range }) => number): ReadonlyMap<string, number> {
    const times = new Map<number, number>();
    for (const event of this.order()) {
      times.set(event, this.into[event]!.reduce((latest, arrow) => Math.max(latest, times.get(arrow.from)! + duration(arrow)), 0));
    }
    return new Map([...times].map(([event, time]) => [this.names[event]!, time]));
  }

  private number(name: string): number {
    const number = this.numbers.get(name);
    if (number === undefined) throw new Error(`no event ${name}`);
    return number;
  }

  private reaches(from: number, to: number, onlyStructural: boolean): boolean {
    if (from === to) return true;
    const seen = new Set([from]);
    const waiting = [from];
    while (waiting.length > 0) {
      for (const { to: next, isStructural } of this.outOf[waiting.pop()!]!) {
        if ((onlyStructural && !isStructural) || seen.has(next)) continue;
        if (next === to) return true;
        seen.add(next);
        waiting.push(next);
      }
    }
    return false;
  }

  private order(): readonly number[] {
    if (this.sorted) return this.sorted;
    const missing = this.into.map((arrows) => arrows.length);
    const sorted = missing.flatMap((count, event) => count === 0 ? [event] : []);
    for (const event of sorted) {
      for (const { to } of this.outOf[event]!) if (--missing[to]! === 0) sorted.push(to);
    }
    this.sorted = sorted;
    return sorted;
  }

  /**
   * `other` waits for the longest of its paths. Follow one back to the last event v that also precedes `event`: after v
   * the path takes at most its longest time, and from v to `event` at least the shortest time passes. The bound is the
   * maximum over all paths of the difference.
   */
  private lagsAfter(event: number): readonly (number | undefined)[] {
    const known = this.bounds.get(event);
    if (known) return known;
    const order = this.order();
    const least: (number | undefined)[] = [];
    least[event] = 0;
    for (const from of [...order].reverse()) {
      for (const { to, range } of this.outOf[from]!) {
        if (least[to] !== undefined) least[from] = Math.max(least[from] ?? -Infinity, least[to]! + range[0]);
      }
    }
    const lags: (number | undefined)[] = [];
    for (const other of order) {
      lags[other] = least[other] !== undefined
        ? -least[other]!
        : this.into[other]!.reduce((worst, arrow) => Math.max(worst, lags[arrow.from]! + arrow.range[1]), -Infinity);
    }
    this.bounds.set(event, lags);
    return lags;
  }
}
