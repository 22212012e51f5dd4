/** Fields of the log entry that a plugin's configuration computes, in the subset of Lua that the gateway runs. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { compileProgram } from '../model/lua/program.ts';
import type { Program } from '../model/lua/program.ts';
import type { Exchange } from '../plugin-kit/exchange.ts';
import { logEntry } from './log-entry.ts';
import type { LogEntry } from './log-entry.ts';
import { LOG_GLOBALS } from './lua-environment.ts';

interface CustomField {
  readonly name: string;
  readonly path: readonly string[];
  readonly program: Program<Exchange>;
}

/** Makes entries with what `custom_fields_by_lua` of the plugin adds, replaces or removes. */
export type EntryMaker = (exchange: Exchange) => LogEntry;

/** @throws Error that names the field whose code the gateway does not run */
export function entryMaker(codes: Readonly<Record<string, string>> | null | undefined, log: Log): EntryMaker {
  const fields = Object.entries(codes ?? {}).map(([name, code]) => compileField(name, code));
  if (fields.length === 0) return logEntry;
  const failed = new Set<string>();
  return (exchange) => {
    const entry = logEntry(exchange);
    for (const { name, path, program } of fields) {
      try {
        setMember(entry, path, program(exchange));
      } catch (error) {
        // Once: the same mistake would be logged with every request.
        if (!failed.has(name)) log.warn(`custom_fields_by_lua.${name} is left out where its code fails: ${messageOf(error)}`);
        failed.add(name);
      }
    }
    return entry;
  };
}

/** The entry as one line of JSON. */
export function entryText(entry: LogEntry): string {
  return JSON.stringify(entry);
}

function compileField(name: string, code: string): CustomField {
  try {
    return { name, path: name.split('.'), program: compileProgram(code, LOG_GLOBALS) };
  } catch (error) {
    throw new Error(`custom_fields_by_lua.${name}: ${messageOf(error)}`);
  }
}

/** `undefined` removes. Dots in a name lead into objects, which are made where they are missing. */
function setMember(entry: LogEntry, path: readonly string[], value: unknown): void {
  let at = entry;
  for (const name of path.slice(0, -1)) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    if (next !== undefined && (typeof next !== 'object' || next === null)) throw new Error(`${name} is no object`);
    // Entities are shared by all requests.
    const copy: LogEntry = Array.isArray(next) ? { ...Object.fromEntries(next.entries()) } : { ...next as object | undefined };
    define(at, name, copy);
    at = copy;
  }
  const last = path.at(-1)!;
  if (value === undefined) delete at[last];
  else define(at, last, value);
}

/** Also for `__proto__`. */
function define(target: LogEntry, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}
