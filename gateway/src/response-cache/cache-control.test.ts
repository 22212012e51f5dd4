import { describe, expect, it } from 'vitest';

import { directivesOf, freshSeconds } from './cache-control.ts';

const NOW = Date.parse('2027-01-15T12:00:00Z');

describe('directives of Cache-Control', () => {
  it.each<[readonly string[], object]>([
    [['max-age=5'], { 'max-age': '5' }],
    [['MAX-AGE = 5 ,No-Store'], { 'max-age': '5', 'no-store': undefined }],
    [['private="set-cookie", max-age="7"'], { 'private': 'set-cookie', 'max-age': '7' }],
    [['public', 'no-cache'], { 'public': undefined, 'no-cache': undefined }],
    [['', ',,', '='], {}],
    [['__proto__=1'], Object.fromEntries([['__proto__', '1']])],
  ])('%j', (values, expected) => {
    expect(Object.fromEntries(directivesOf(values))).toEqual(expected);
  });
});

describe('how long an answer is fresh', () => {
  it.each<[string, readonly string[], number]>([
    ['max-age=50', [], 50],
    ['max-age= 50', [], 50],
    ['max-age=50, s-maxage=0', [], 0],
    ['s-maxage=9, max-age=50', [], 9],
    ['max-age=x', ['Fri, 15 Jan 2027 13:00:00 GMT'], 0],
    ['max-age=-1', [], 0],
    ['public', [], 0],
    ['', ['Fri, 15 Jan 2027 12:01:00 GMT'], 60],
    ['', ['Fri, 15 Jan 2027 11:00:00 GMT'], 0],
    ['', ['0'], 0],
    ['', ['soon'], 0],
    ['', ['Fri, 15 Jan 2027 12:01:00 GMT', 'Fri, 15 Jan 2027 12:02:00 GMT'], 120],
  ])('%s, Expires %j: %i s', (control, expires, seconds) => {
    expect(freshSeconds(directivesOf([control]), expires, NOW)).toBe(seconds);
  });
});
