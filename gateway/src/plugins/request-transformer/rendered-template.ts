/** Templates in values: text with expressions of Lua in `$(…)`, computed for each request. */
import { compileProgram, UnsupportedLua } from '../../model/lua/program.ts';
import type { Program } from '../../model/lua/program.ts';
import { isTrue, typeOf } from '../../model/lua/values.ts';
import type { LuaTable, LuaValue } from '../../model/lua/values.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { expressionPlaces } from './template.ts';

export interface Template {
  /** What of its expressions cannot be run here, in words: such a template always throws. */
  readonly unsupported: readonly string[];
  /** Whether it has expressions. */
  readonly isDynamic: boolean;
  /** @param escape applied to what expressions give @throws Error an expression cannot be computed for this request */
  render(view: TemplateView, escape?: (text: string) => string): string;
}

/** What expressions see: the request before anything of it is changed. */
export interface TemplateView {
  readonly exchange: Exchange;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** Headers that the upstream gets from the gateway: expressions see the client's. */
const CLIENTS = ['host', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'];

export function viewOf(exchange: Exchange): TemplateView {
  const headers = new Map<string, string[]>();
  for (const [given, value] of exchange.upstream.headerLines()) {
    const name = given.toLowerCase();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  for (const name of CLIENTS) headers.set(name, [...exchange.request.headerValues(name)]);
  return { exchange, headers };
}

type Part = string | Program<TemplateView>;

export function compileTemplate(text: string): Template {
  const unsupported: string[] = [];
  const parts: Part[] = [];
  let at = 0;
  for (const [start, end] of expressionPlaces(text)) {
    parts.push(text.slice(at, start), compileExpression(text.slice(start + 1, end), unsupported));
    at = end;
  }
  parts.push(text.slice(at));
  return {
    unsupported,
    isDynamic: parts.length > 1,
    render: (view, escape = (value) => value) => (
      parts.map((part) => typeof part === 'string' ? part : escape(textOf(part(view)))).join('')),
  };
}

function compileExpression(source: string, unsupported: string[]): Program<TemplateView> {
  try {
    return compileProgram<TemplateView>(`return ${source}`, globalOf);
  } catch (error) {
    if (!(error instanceof UnsupportedLua)) throw error;
    unsupported.push(`${source}: ${error.message}`);
    return () => {
      throw error;
    };
  }
}

/** Nil and false are nothing. A list has no text: a header that came twice, or an argument. */
function textOf(value: LuaValue): string {
  if (!isTrue(value)) return '';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`an expression gives a ${typeOf(value)} value, expected a text`);
}

const GLOBALS: Readonly<Record<string, (view: TemplateView) => LuaTable>> = {
  headers: headerTable,
  query_params: queryTable,
  uri_captures: ({ exchange: { request: { captures } } }) => {
    const positions = captures.positions.map((value, index) => [String(index + 1), value] as const);
    return Object.fromEntries([...positions, ...Object.entries(captures.names)]);
  },
  // What plugins in Lua share with one another: there are none.
  shared: () => ({}),
};

/** Other names are nil, as in Kong's sandbox. */
function globalOf(name: string): (view: TemplateView) => LuaValue {
  return Object.hasOwn(GLOBALS, name) ? GLOBALS[name]! : () => undefined;
}

/** By any case of their names, and with `_` for `-`. */
function headerTable({ headers }: TemplateView): LuaTable {
  const valueOf = (key: string | symbol): LuaValue => {
    const values = headers.get(String(key).toLowerCase().replaceAll('_', '-')) ?? [];
    return values.length > 1 ? values : values[0];
  };
  return new Proxy<LuaTable>({}, {
    get: (_, key) => valueOf(key),
    getOwnPropertyDescriptor: (_, key) => {
      const value = valueOf(key);
      return value === undefined ? undefined : { value, configurable: true, enumerable: true, writable: true };
    },
  });
}

function queryTable({ exchange }: TemplateView): LuaTable {
  const groups = Map.groupBy(exchange.request.queryArguments(), ([name]) => name);
  return Object.fromEntries([...groups].map(([name, pairs]) => {
    const values = pairs.map(([, value]) => value ?? true);
    return [name, values.length > 1 ? values : values[0]];
  }));
}
