/** Bounds of the timeline, against runs with all kinds of durations. */
import { Timeline } from '../../projenrc/checks/rehearsal/timeline';

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

function chain(...arrows: readonly (readonly [string, string, number, number])[]): Timeline {
  const timeline = new Timeline();
  for (const [from, to, shortest, longest] of arrows) timeline.arrow(from, to, [shortest, longest], true);
  return timeline;
}

describe('how long after one event another can happen', () => {
  it('is what is left of its longest path after what both wait for', () => {
    const timeline = chain(['cluster', 'database', 240, 1500], ['cluster', 'service', 60, 120]);
    expect(timeline.lag('database', 'service')).toBe(1500 - 60);
  });

  it('is negative where the other comes first', () => {
    expect(chain(['database', 'service', 60, 120]).lag('database', 'service')).toBe(-60);
  });

  it('does not count what both paths have in common', () => {
    const timeline = chain(['begin', 'cluster', 420, 1200], ['cluster', 'a', 0, 5], ['cluster', 'b', 1, 1]);
    expect(timeline.lag('a', 'b')).toBe(4);
  });

  it('takes the latest of several things that an event waits for', () => {
    const timeline = chain(
      ['x', 'fast', 0, 10],
      ['x', 'slow', 0, 600],
      ['fast', 'pod', 0, 5],
      ['slow', 'pod', 0, 5],
      ['x', 'consumer', 30, 30],
    );
    expect(timeline.lag('pod', 'consumer')).toBe(575);
  });

  it.each([1, 2, 3, 4, 5])('holds in every run of a random graph (%i)', (seed) => {
    const next = random(seed);
    const timeline = new Timeline();
    const names = Array.from({ length: 14 }, (_, at) => `e${at}`);
    for (const [at, to] of names.entries()) {
      timeline.event(to);
      for (const from of names.slice(0, at)) {
        if (next() < 0.3) timeline.arrow(from, to, [Math.floor(next() * 20), 20 + Math.floor(next() * 200)], true);
      }
    }
    let least = Infinity;
    for (let run = 0; run < 300; run++) {
      // At the ends of ranges, where bounds are reached.
      const times = timeline.walk(({ range }) => range[next() < 0.5 ? 0 : 1]);
      for (const a of names) {
        for (const b of names) {
          const bound = timeline.lag(a, b);
          expect(times.get(a)! - times.get(b)!).toBeLessThanOrEqual(bound);
          if (a !== b) least = Math.min(least, bound - (times.get(a)! - times.get(b)!));
        }
      }
    }
    // Not only above: some pair reaches its bound.
    expect(Math.abs(least)).toBe(0);
  });
});

describe('order', () => {
  it('refuses an arrow that closes a circle', () => {
    const timeline = chain(['a', 'b', 1, 1], ['b', 'c', 1, 1]);
    expect(timeline.arrow('c', 'a', [0, 0], true)).toBe(false);
    expect(timeline.lag('a', 'c')).toBe(-2);
  });

  it('by dependencies is not order by time', () => {
    const timeline = new Timeline();
    timeline.arrow('a', 'b', [1, 1], false);
    expect(timeline.precedes('a', 'b')).toBe(true);
    expect(timeline.isOrdered('a', 'b')).toBe(false);
  });
});
