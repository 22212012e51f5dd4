/** Fields of the log entry that a plugin's configuration computes, in the subset of Lua that the gateway runs. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { compileProgram } from '../model/lua/program.ts';
import type { Globals, Program } from '../model/lua/program.ts';
import type { Exchange } from '../plugin-kit/exchange.ts';
import type { StreamExchange } from '../plugin-kit/stream-exchange.ts';
import { logEntry } from './log-entry.ts';
import type { LogEntry } from './log-entry.ts';
import { logLine } from './log-line.ts';
import { LOG_GLOBALS } from './lua-environment.ts';
import { streamEntry } from './stream-entry.ts';
import { STREAM_GLOBALS } from './stream-lua-environment.ts';

interface CustomField<E> {
  readonly name: string;
  readonly path: readonly string[];
  readonly program: Program<E>;
}

/** Codes of `custom_fields_by_lua`, by the name of the field. */
type Codes = Readonly<Record<string, string>> | null | undefined;

/** Makes entries with what `custom_fields_by_lua` of the plugin adds, replaces or removes. */
export type EntryMaker = (exchange: Exchange) => LogEntry;

/** @throws Error that names the field whose code the gateway does not run */
export function entryMaker(codes: Codes, log: Log): EntryMaker {
  return makerOf(codes, log, logEntry, LOG_GLOBALS);
}

/** As `entryMaker`, for streams. What codes look up of requests and answers is not there. */
export function streamEntryMaker(codes: Codes, log: Log): (stream: StreamExchange) => LogEntry {
  return makerOf(codes, log, streamEntry, STREAM_GLOBALS);
}

function makerOf<E>(codes: Codes, log: Log, entryOf: (of: E) => LogEntry, globals: Globals<E>): (of: E) => LogEntry {
  const fields = Object.entries(codes ?? {}).map(([name, code]) => compileField(name, code, globals));
  if (fields.length === 0) return entryOf;
  const failed = new Set<string>();
  return (of) => {
    const entry = entryOf(of);
    for (const { name, path, program } of fields) {
      try {
        setMember(entry, path, program(of));
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

/** Makes the entries of requests, each as one line of JSON. @throws Error as `entryMaker` */
export function lineMaker(codes: Codes, log: Log): (exchange: Exchange) => string {
  const entryOf = entryMaker(codes, log);
  return entryOf === logEntry ? logLine : (exchange) => entryText(entryOf(exchange));
}

function compileField<E>(name: string, code: string, globals: Globals<E>): CustomField<E> {
  try {
    return { name, path: name.split('.'), program: compileProgram(code, globals) };
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
