/** Expected texts are those of LuaJIT 2.1 with its extensions of Lua 5.2, which Kong runs. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { luaViolation } from './syntax.ts';

describe('the syntax of Lua', () => {
  it.each([
    '', '  -- nothing', '#!/usr/bin/lua\nreturn 1', 'return', 'return;', ';;', 'return 1, 2', 'local x', 'local x, y = 1, 2 x = y',
    'x = {}',
    "kong.log.err('a') return kong.response.exit(200, { message = 'x' })", 'return require("x").y:z { 1 } "a" [[b]]',
    '(a or b).c = -x ^ 2 .. "y"',
    'if a then elseif b then else end', 'while x do break end', 'for i = 1, 10, 2 do end', 'for k, v in pairs(t) do print(k, v) end',
    'repeat local x = f() until x == nil', 'function a.b.c:d(x, ...) return ... end',
    'local function f() return f end', '(function() end)()',
    'while x do if y then goto continue end ::continue:: end', 'goto = 1', 'do goto a end ::a::', 'local x goto a ::a:: ; ::b::',
    'x = { 1, [2] = 3; k = 4, }', 'x = 0x1F + 0b101 + 1e-5 + .5 + 3. + 12ULL + 2i + 0x.8p1',
    "x = '\\65\\x41\\u{41}\\z  \n \\\n' .. [==[ ]] ]==]",
    '--[[ a\n]] x = 1',
    'é = 1', 'f\n(1)', 'while x do break y() end', 'x = not not a and b or c == d ~= e <= f',
  ])('accepts %j', (code) => {
    expect(luaViolation(code)).toBeUndefined();
  });

  it.each([
    ['return (', '[string "return ("]:1: unexpected symbol near \'<eof>\''],
    ['a b', '[string "a b"]:1: \'=\' expected near \'b\''],
    ['a::b()', '[string "a::b()"]:1: \'=\' expected near \'::\''],
    ['@', ':1: unexpected symbol near \'@\''],
    ['x != 1', '[string "x != 1"]:1: \'=\' expected near \'!\''],
    ['if x then\nfoo()\n', '[string "if x then..."]:3: \'end\' expected (to close \'if\' at line 1) near \'<eof>\''],
    ['if x', '[string "if x"]:1: \'then\' expected near \'<eof>\''],
    ['for i = 1 do end', '[string "for i = 1 do end"]:1: \',\' expected near \'do\''],
    ['for k. in x do end', '[string "for k. in x do end"]:1: \'=\' or \'in\' expected near \'.\''],
    ['local', '[string "local"]:1: \'<name>\' expected near \'<eof>\''],
    ['end', '[string "end"]:1: \'<eof>\' expected near \'end\''],
    ['break', '[string "break"]:1: no loop to break'],
    ['while x do local function f() break end end', '[string "while x do local function f() break end end"]:1: no loop to break'],
    ['goto x', '[string "goto x"]:1: undefined label \'x\''],
    ['do ::a:: end goto a', '[string "do ::a:: end goto a"]:1: undefined label \'a\''],
    ['::x:: ::x::', '[string "::x:: ::x::"]:1: duplicate label \'x\''],
    ['goto a; local x; ::a:: print(x)', '[string "goto a; local x; ::a:: print(x)"]:1: <goto a> jumps into the scope of local \'x\''],
    ['function f() return ... end', '[string "function f() return ... end"]:1: cannot use \'...\' outside a vararg function near \'...\''],
    ['function f(1) end', '[string "function f(1) end"]:1: <name> or \'...\' expected near \'1\''],
    ['f:g', '[string "f:g"]:1: function arguments expected near \'<eof>\''],
    ['f(\n1\n', '[string "f(..."]:3: \')\' expected (to close \'(\' at line 1) near \'<eof>\''],
    ['a() = 1', '[string "a() = 1"]:1: unexpected symbol near \'=\''],
    ['a, f() = 1', '[string "a, f() = 1"]:1: syntax error near \'=\''],
    ['(a) = 1', '[string "(a) = 1"]:1: syntax error near \'=\''],
    ['x = {1,,}', '[string "x = {1,,}"]:1: unexpected symbol near \',\''],
    ['x = a // b', '[string "x = a // b"]:1: unexpected symbol near \'/\''],
    ['x = 1..2', '[string "x = 1..2"]:1: malformed number near \'1..2\''],
    ['x=3.5LL', '[string "x=3.5LL"]:1: malformed number near \'3.5LL\''],
    ['x = "abc', '[string "x = "abc"]:1: unfinished string near \'<eof>\''],
    ["x = 'a\nb'", '[string "x = \'a..."]:1: unfinished string near \'\'a\''],
    ["x = 'a\\q'", '[string "x = \'a\\q\'"]:1: invalid escape sequence near \'\'a\''],
    ["x = '\\300'", '[string "x = \'\\300\'"]:1: invalid escape sequence near \'\'\''],
    ['x = [[abc', '[string "x = [[abc"]:1: unfinished long string near \'<eof>\''],
    ['--[[ abc', '[string "--[[ abc"]:1: unfinished long comment near \'<eof>\''],
    [
      'this is a rather long first line of code which is longer than the limit (',
      '[string "this is a rather long first line of code whic..."]:1: \'=\' expected near \'is\'',
    ],
  ])('rejects %j', (code, violation) => {
    expect(luaViolation(code)).toBe(violation);
  });

  it('bounds the nesting', () => {
    expect(luaViolation(`x = ${'('.repeat(100_000)}`)).toContain('chunk has too many syntax levels');
    expect(luaViolation('do '.repeat(100_000))).toContain('chunk has too many syntax levels');
    expect(luaViolation(`x = ${'- '.repeat(100_000)}1`)).toContain('chunk has too many syntax levels');
  });

  it('never throws, whatever the text', () => {
    const words = [
      'if', 'then', 'end', 'function', 'goto', '::', '=', '(', ')', '{', '}', '...', 'a', '1', '"', "'", '[[', '--', '\\', '\n', '\0',
    ];
    fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 40 }), (parts) => {
      expect(['string', 'undefined']).toContain(typeof luaViolation(parts.join(' ')));
    }));
  });
});
