/** Which blocks of some source files have run: V8's precise coverage, read in the same process. */
import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

interface FunctionBlocks {
  /** One for each character that has run. */
  readonly ran: Uint8Array;
  /** Ways through its blocks. */
  readonly ways: Set<string>;
}

export class BlockCoverage {
  readonly #session = new Session();
  readonly #functions = new Map<string, FunctionBlocks>();
  readonly #isOfInterest: (url: string) => boolean;

  /** The files must be loaded afterwards: only code that is compiled from here on is counted block by block. */
  constructor(isOfInterest: (url: string) => boolean) {
    this.#isOfInterest = isOfInterest;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }

  /** @returns whether what ran since the last call took a way through a function that none took before */
  hasNewWay(): boolean {
    let isNew = false;
    this.#session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const { url, functions } of result) {
        if (this.#isOfInterest(url)) for (const one of functions) isNew = this.#note(url, one.ranges) || isNew;
      }
    });
    return isNew;
  }

  /** Of the characters of all functions, those that have run. */
  get share(): number {
    let [all, ran] = [0, 0];
    for (const one of this.#functions.values()) {
      all += one.ran.length;
      for (const character of one.ran) ran += character;
    }
    return ran / all;
  }

  close(): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  #note(url: string, ranges: readonly Profiler.CoverageRange[]): boolean {
    const [{ startOffset: start, endOffset: end }] = ranges as [Profiler.CoverageRange];
    const place = `${url}:${start}-${end}`;
    let one = this.#functions.get(place);
    if (one === undefined) this.#functions.set(place, one = { ran: new Uint8Array(end - start), ways: new Set() });
    if (ranges[0]!.count === 0) return false;
    const way = ranges.map(({ startOffset, count }) => `${startOffset}:${count}`).join();
    if (one.ways.has(way)) return false;
    one.ways.add(way);
    // Inner blocks come behind those around them.
    const ranHere = new Uint8Array(end - start);
    for (const { startOffset, endOffset, count } of ranges) ranHere.fill(count === 0 ? 0 : 1, startOffset - start, endOffset - start);
    ranHere.forEach((ran, at) => { one.ran[at]! |= ran; });
    return true;
  }
}
