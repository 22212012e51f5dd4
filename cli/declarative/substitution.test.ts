import { describe, expect, it } from 'vitest';
import { substitute } from './substitution.ts';

const ENVIRONMENT = {
  DECK_HOST: 'h.test', DECK_PORT: '8080', DECK_ON: 'T', DECK_PEM: 'one\ntwo\nthree', HYBRIDGE_X: 'x', OTHER: 'o', DECK_F: '1e3',
};

describe('an expression', () => {
  it.each([
    ['${{ env "DECK_HOST" }}', 'h.test'],
    ['"${{env "DECK_HOST"}}"', '"h.test"'],
    ['${{ env `DECK_HOST` }}:${{ env "DECK_PORT" | toInt }}', 'h.test:8080'],
    ['${{ env "DECK_ON" | toBool }}', 'true'],
    ['${{ env "DECK_F" | toFloat }}', '1000'],
    ['  ${{ env "DECK_PEM" | indent 2 }}', '  one\n  two\n  three'],
    ['${{ env "HYBRIDGE_X" }}', 'x'],
    ['nothing $ {{ here }}', 'nothing $ {{ here }}'],
  ])('%s becomes %j', (text, expected) => {
    expect(substitute(text, ENVIRONMENT)).toMatchObject({ text: expected, errors: [] });
  });

  it.each([
    ['${{ env "OTHER" }}', 'got the environment variable OTHER, expected a name that begins with DECK_ or HYBRIDGE_'],
    ['${{ env "DECK_MISSING" }}', 'the environment variable DECK_MISSING is not set'],
    ['${{ env "DECK_HOST" | toInt }}', 'the value of the environment variable DECK_HOST is not a whole number'],
    ['${{ env "DECK_HOST" | toBool }}', 'the value of the environment variable DECK_HOST is not true or false'],
    ['${{ env "DECK_HOST" | upper }}', "got the filter 'upper', expected toInt, toBool, toFloat or indent with a number"],
    ['${{ exec "rm" }}', 'got ${{ exec "rm" }}, expected ${{ env "DECK_NAME" }}, with filters as | toInt'],
    ['${{ env "DECK_HOST"', 'got ${{ without }}'],
  ])('%s is refused', (text, message) => {
    expect(substitute(`a\n${text}`, ENVIRONMENT).errors).toEqual([{ line: 2, message }]);
  });

  it('is no expression again in the value of a variable', () => {
    expect(substitute('${{ env "DECK_A" }}', { DECK_A: '${{ env "DECK_B" }}' })).toMatchObject({ text: '${{ env "DECK_B" }}', errors: [] });
  });

  it('tells the values, and not the prefix of a file that is judged without them', () => {
    expect(substitute('${{ env "DECK_HOST" }}', ENVIRONMENT).values).toEqual(['h.test']);
    expect(
      substitute('${{ env "DECK_GONE" }} ${{ env "DECK_GONE" | toInt }}', undefined),
    ).toMatchObject({ text: 'DECK_GONE 42', values: [], errors: [] });
  });
});

it('finds the lines of the file again behind values of several lines', () => {
  const { text, lineOf } = substitute('a\nb: ${{ env "DECK_PEM" }}\nc\nd: ${{ env "DECK_PEM" }}\ne', ENVIRONMENT);
  expect(text.split('\n').map((line, at) => `${lineOf(at + 1)} ${line}`)).toEqual([
    '1 a', '2 b: one', '2 two', '2 three', '3 c', '4 d: one', '4 two', '4 three', '5 e',
  ]);
});
