/**
 * Inputs that are mutated wherever they reach new code of a parser: any split of the bytes comes to the same, no request is found that the
 * specification does not allow, nothing throws, and what waits stays bounded. A moment here, with the same numbers each time;
 * `npx projen test:fuzz` goes on for ten minutes (FUZZ_SECONDS) with others, or with those of FUZZ_SEED.
 */
import { afterAll, expect, it } from 'vitest';

import { BlockCoverage } from './coverage-guided/block-coverage.ts';
import { fuzz } from './coverage-guided/fuzz.ts';
import type { Target } from './coverage-guided/fuzz.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);
const SEED = Number(process.env.FUZZ_SEED ?? (SECONDS > 0 ? Date.now() % 2 ** 31 : 7));
/** Without FUZZ_SECONDS: of examples, evenly chosen, and of mutations. */
const EXAMPLES = 100;
const MUTATIONS = 100;

const coverage = new BlockCoverage((url) => /\/src\/(?:http-engine\/(?:http1|http2|sockets)|streams)\//.test(url));
afterAll(() => coverage.close());

// Behind the beginning of the coverage, which would not see blocks of code that is there already.
const { answers, requests } = await import('./coverage-guided/http1-targets.ts');
const { clientHellos, frames, headerBlocks, proxyHeaders } = await import('./coverage-guided/other-targets.ts');

/** With the share of the time that each gets. */
const TARGETS = [
  ['requests of HTTP/1', requests, 0.35], ['answers of HTTP/1', answers, 0.2], ['frames of HTTP/2', frames, 0.25],
  ['header blocks', headerBlocks, 0.1], ['PROXY headers', proxyHeaders, 0.05], ['TLS messages', clientHellos, 0.05],
] as const;

function shortened(target: Target): Target {
  const step = Math.ceil(target.seeds.length / EXAMPLES);
  return { ...target, seeds: target.seeds.filter((_, at) => at % step === 0) };
}

it.each(TARGETS)('%s', async (name, whole, share) => {
  const until = performance.now() + SECONDS * share * 1_000;
  const target = SECONDS > 0 ? whole : shortened(whole);
  const { found, inputs, corpus } = await fuzz(target, coverage, SEED, (count) => SECONDS > 0 ? performance.now() < until
    : count < target.seeds.length + MUTATIONS);
  const reached = `${(coverage.share * 100).toFixed(1)} % of all code so far`;
  if (SECONDS > 0) process.stdout.write(`${name}: ${inputs} inputs, ${corpus} kept, ${reached}\n`);
  expect(found, `FUZZ_SEED=${SEED}`).toBe(undefined);
  // Mutations have reached what the examples do not.
  expect(corpus).toBeGreaterThan(1);
});
