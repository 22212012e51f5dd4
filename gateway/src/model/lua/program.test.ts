import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileProgram, UnsupportedLua } from './program.ts';
import { LuaRunError } from './values.ts';
import type { LuaValue } from './values.ts';

const KONG = { request: { get_method: () => 'POST', get_header: (name: LuaValue) => name === 'x-a' ? 'va' : undefined } };

function run(source: string): LuaValue {
  return compileProgram<typeof KONG>(source, (name) => name === 'kong' ? (kong) => kong as unknown as LuaValue : undefined)(KONG);
}

describe('programs in Lua', () => {
  it.each<readonly [string, unknown]>([
    ['return 1', 1],
    ['return 0x10 + 1.5e1', 31],
    ['return "a\\n\\65\\x42\\z  c"', 'a\nABc'],
    ['return [==[\nlong]==]', 'long'],
    ['return true', true],
    ['return nil', undefined],
    ['return', undefined],
    ['', undefined],
    ['-- comment\nreturn 2 -- end', 2],
    ['return 1 + 2 * 3 ^ 2 - -4', 23],
    ['return 2 ^ 3 ^ 2', 512],
    ['return -2 ^ 2', -4],
    ['return 7 % -3', -2],
    ['return "a" .. 1 .. "b"', 'a1b'],
    ['return not nil == true', true],
    ['return nil or "fallback"', 'fallback'],
    ['return false and kong.request.nope.nope or 3', 3],
    ['return 1 < 2 and "less" or "more"', 'less'],
    ['return { 1, "two", true }', [1, 'two', true]],
    ['return { a = 1, ["b"] = { c = 2 } }', { a: 1, b: { c: 2 } }],
    ['return {}', {}],
    ['return ({ a = { b = "deep" } }).a.b', 'deep'],
    ['return ({ 5, 6 })[2]', 6],
    ['return #"abc" + #{ 1, 2 }', 5],
    ['local a = 1 local b = a + 1; return a + b', 3],
    ['if kong.request.get_method() == "GET" then return 1 elseif 1 > 2 then return 2 else return 3 end', 3],
    ['local a = 1 if true then local a = 2 end return a', 1],
    ['return kong.request.get_header("x-a")', 'va'],
    ['return kong.request.get_header "x-none"', undefined],
    ['return kong.request.get_method():lower():sub(2, -2)', 'os'],
  ])('evaluates %s', (source, expected) => {
    const value = run(source);
    expect(value === undefined ? value : JSON.parse(JSON.stringify(value))).toEqual(expected);
  });

  it.each([
    ['while true do end', /'while' in line 1 cannot be run here/],
    ['for i = 1, 2 do end', /'for'/],
    ['local function f() end', /'function'/],
    ['return function() end', /'function'/],
    ['x = 1', /'x'/],
    ['os.execute("true")', /'os'/],
    ['return os.getenv("SECRET")', /os is not available here/],
    ['return ("x"):rep(1e9)', /the method rep is not available here/],
    ['return ("x"):constructor()', /the method constructor is not available here/],
    ['return 1LL', /the number 1LL cannot be used here/],
  ])('refuses %s', (source, message) => {
    expect(() => run(source)).toThrow(UnsupportedLua);
    expect(() => run(source)).toThrow(message);
  });

  it.each([
    ['return kong.nope.x', /attempt to index a nil value at kong.nope.x/],
    ['return kong.request()', /attempt to call kong.request, a table value/],
    ['return 1 .. {}', /attempt to concatenate a table value/],
    ['return {} + 1', /attempt to perform arithmetic on a table value/],
    ['return 1 < "a"', /attempt to compare number with string/],
    ['return kong.constructor.constructor("return 1")()', /attempt to index a nil value/],
    ['return kong.__proto__.x', /attempt to index a nil value/],
  ])('fails at %s', (source, message) => {
    expect(() => run(source)).toThrow(LuaRunError);
    expect(() => run(source)).toThrow(message);
  });

  it('bounds the texts that it makes', () => {
    const doubling = Array.from({ length: 40 }, (_, at) => `local v${at + 1} = v${at} .. v${at}`).join('\n');
    expect(() => run(`local v0 = "x"\n${doubling}\nreturn v40`)).toThrow(/longer than 65536/);
  });

  it('fails in words only, whatever the source', () => {
    const word = fc.constantFrom('return', 'local', 'a', '=', '1', '"s"', '(', ')', '{', '}', '..', 'and', 'not', '.', ':', '[', ']', 'if',
      'then', 'else', 'end', 'kong', '-', ';', ',', '__proto__');
    fc.assert(fc.property(fc.array(word, { maxLength: 25 }), (words) => {
      try {
        run(words.join(' '));
      } catch (error) {
        expect((error as Error).constructor.name).toMatch(/^(?:UnsupportedLua|LuaRunError|LuaSyntaxError)$/);
      }
    }), { numRuns: 2000 });
  });
});
