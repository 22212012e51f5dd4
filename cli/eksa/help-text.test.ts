import { expect, it } from 'vitest';
import { eksa } from '../commands/eksa.ts';

/** What most terminals show without wrapping. */
const WIDEST = 100;

it.each([eksa, ...eksa.subcommands!])('the help of $name fits into a terminal', ({ usage }) => {
  expect(usage).toMatch(/^Usage: hybridge eksa /);
  expect(usage.split('\n').filter((line) => line.length > WIDEST)).toEqual([]);
});
