/** The language of route expressions: what it accepts, how it groups, and where it says something is wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkedExpression } from './check.ts';
import { ExpressionProblem } from './problem.ts';
import { parseExpression } from './syntax.ts';
import type { Expression } from './syntax.ts';

function shown(expression: Expression): string {
  if (expression.kind === 'not') return `!${shown(expression.of)}`;
  if (expression.kind !== 'predicate') return `(${expression.of.map(shown).join(expression.kind === 'all' ? ' && ' : ' || ')})`;
  const { value, field, operator, lower, any } = expression;
  const name = `${any ? 'any:' : ''}${lower ? 'lower:' : ''}${field}`;
  return `${name} ${operator} ${value.type === 'number' ? String(value.number) : JSON.stringify(value.text)}`;
}

describe('an expression', () => {
  it.each([
    ['http.path == "/a"', 'http.path == "/a"'],
    ['http.path=="/a"', 'http.path == "/a"'],
    [' (\t(http.path ^= "/a")\r\n) ', 'http.path ^= "/a"'],
    ['http.path == "/a" && http.method == "GET" && http.host == "h"', '(http.path == "/a" && http.method == "GET" && http.host == "h")'],
    ['http.path == "/a" && http.host == "h" || http.host == "i"', '(http.path == "/a" && (http.host == "h" || http.host == "i"))'],
    ['http.host == "h" || http.host == "i" && http.path == "/a"', '((http.host == "h" || http.host == "i") && http.path == "/a")'],
    ['(http.path == "/a" && http.host == "h") || http.host == "i"', '((http.path == "/a" && http.host == "h") || http.host == "i")'],
    ['!(http.path == "/a") && !(http.path == "/b")', '(!http.path == "/a" && !http.path == "/b")'],
    ['any(lower(http.headers.x_a)) =^ "z"', 'any:lower:http.headers.x_a =^ "z"'],
    ['http.path == "a\\"\\\\\\n\\r\\tb"', 'http.path == "a\\"\\\\\\n\\r\\tb"'],
    ['http.path ~ r#"^/a\\d"b"#', 'http.path ~ "^/a\\\\d\\"b"'],
    ['http.path.segments.len >= 0x10', 'http.path.segments.len >= 16'],
    ['net.dst.port != 017', 'net.dst.port != 15'],
    ['net.src.port > -9223372036854775808', 'net.src.port > -9223372036854775808'],
    ['net.src.ip in 10.0.0.0/8', 'net.src.ip in "10.0.0.0/8"'],
    ['net.dst.ip not  in fd00::/16', 'net.dst.ip not in "fd00::/16"'],
    ['net.src.ip == ::1', 'net.src.ip == "::1"'],
    ['http.queries.a-b contains "x"', 'http.queries.a-b contains "x"'],
    ['http.path.segments.0_2 == "a/b/c"', 'http.path.segments.0_2 == "a/b/c"'],
  ])('%s', (source, expected) => {
    expect(shown(checkedExpression(source, ['http', 'https']))).toBe(expected);
  });

  it.each([
    ['', 1, 'expected a field'],
    ['http.path', 10, 'expected an operator'],
    ['http.path = "/a"', 11, 'expected a field, an operator'],
    ['http.path "==" "/a"', 11, 'expected an operator'],
    ['http.path == ', 14, 'expected a text in quotes'],
    ['http.path == "/a', 14, 'a text that does not end'],
    ['http.path == "\\x"', 14, 'a text that does not end, or an escape'],
    ['http.path == r#"/a', 14, 'a text that does not end'],
    ['http.path == "/a" &&', 21, 'expected a field'],
    ['http.path == "/a" http.path == "/b"', 19, 'expected && or ||'],
    ['(http.path == "/a"', 19, 'expected )'],
    ['!http.path == "/a"', 2, 'expected ( behind !'],
    ['upper(http.path) == "/a"', 1, 'unknown function upper'],
    ['lower(http.path == "/a"', 17, 'expected ) behind the field'],
    ['net.dst.port == 08', 17, 'expected a decimal, octal'],
    ['net.dst.port == 9223372036854775808', 17, 'of 64 bits'],
    ['http.body == "a"', 1, 'unknown field http.body'],
    ['net.port == 80', 1, 'unknown field net.port'],
    ['http.path.segments.2_1x == "a"', 1, 'illformed http.path.segments.* field'],
    ['http.path > 3', 1, '> does not compare http.path'],
    ['http.path == 3', 14, 'http.path is compared with a text in quotes'],
    ['net.dst.port == "80"', 17, 'net.dst.port is compared with a number'],
    ['lower(net.dst.port) == 80', 1, 'lower() is for texts'],
    ['net.src.ip == 10.0.0.0/8', 15, 'use in for a CIDR'],
    ['net.src.ip in 10.0.0.1', 15, 'needs a CIDR, such as 10.0.0.1/32'],
    ['net.src.ip in 10.0.0.1/8', 15, 'host part of address was not zero'],
    ['net.src.ip in ::1/64', 15, 'host part of address was not zero'],
    ['net.src.ip == 10.0.0.256', 15, 'invalid address or CIDR'],
    ['net.src.ip in 10.0.0.0/33', 15, 'invalid address or CIDR'],
    ['http.path ~ "("', 13, 'missing closing )'],
    ['http.path ~ "(?=a)"', 13, 'look-around is not supported'],
  ])('%j is refused at character %d: %s', (source, column, reason) => {
    const check = () => checkedExpression(source, ['http']);
    expect(check).toThrow(ExpressionProblem);
    expect(check).toThrow(new RegExp(`--> 1:${column}\\n[^]*= [^\\n]*${reason.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
  });

  it('shows the line that is wrong, with marks below', () => {
    expect(() => checkedExpression('http.path == "/a" &&\n  net.src.ip in ::1/64', ['http'])).toThrow([
      ' --> 2:17', '  |', '2 |   net.src.ip in ::1/64', '  |                 ^----^', '  |', '  = host part of address was not zero',
    ].join('\n'));
  });

  it('has no fields of HTTP on routes of streams', () => {
    expect(() => checkedExpression('http.path == "/a"', ['tcp', 'tls'])).toThrow('unknown field http.path: expected one of net.*, tls.sni');
    expect(shown(checkedExpression('tls.sni == "a"', ['tls_passthrough']))).toBe('tls.sni == "a"');
  });

  it('is bounded in length and depth', () => {
    expect(() => parseExpression(`http.path == "${'a'.repeat(20_000)}"`)).toThrow('too long: got 20015 characters, expected at most 16384');
    expect(() => parseExpression(`${'('.repeat(5_000)}http.path == "/"${')'.repeat(5_000)}`)).toThrow('more than 64 parentheses');
    expect(() => parseExpression(`${'lower('.repeat(2_000)}http.path`)).toThrow(ExpressionProblem);
  });

  const word = fc.constantFrom(
    'http.path', 'net.dst.port', 'net.src.ip', 'lower(', 'any(', ')', '(', '!', '&&', '||', '==', '!=', '~', '^=', '=^', '>=', '<', 'in',
    'not', 'contains', '"/a"', 'r#"b"#', '"', '80', '0x1f', '-1', '10.0.0.0/8', 'fd00::', ' ', '\n', '\\', '__proto__',
    'http.headers.__proto__',
  );
  it('of random words is parsed, or refused with a position', () => {
    fc.assert(fc.property(fc.oneof(fc.array(word, { maxLength: 20 }).map((words) => words.join(' ')), fc.string()), (source) => {
      try {
        checkedExpression(source, ['http']);
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionProblem);
      }
    }), { numRuns: 3_000 });
  });
});
