/**
 * A validated configuration as text, for a process that runs it without validating it again. Each line is JSON: the head, then for each
 * entity type its parts, followed by its new rows. Parts are runs of rows that the reader has from the configuration before, by place, and
 * numbers of new rows. Entity types that have not changed are left out; the reader keeps what it has of them.
 */
import { UNITS_BETWEEN_YIELDS } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import { rowsOf } from './config-table.ts';
import type { ConfigTable, Row } from './config-table.ts';
import type { SetAsideRow } from './table-error.ts';

export interface SettledConfiguration {
  readonly hash: string;
  /** Validated and completed; references to secrets stay references. */
  readonly table: ConfigTable;
  /** Rows that are not served, with the reasons. */
  readonly setAside: readonly SetAsideRow[];
}

interface Head {
  readonly format: typeof FORMAT;
  readonly hash: string;
  /** Hash of the configuration that parts refer to. `null`: there are only new rows */
  readonly base: string | null;
  readonly formatVersion: string;
  /** The rows that are set aside; absent when they are those of the base. */
  readonly setAside?: readonly SetAsideRow[];
  /** Entity types in the order of the table. */
  readonly sections: readonly string[];
}

/** Place of the first row in the base and number of rows, or the number of new rows, which follow as lines. */
type Part = readonly [from: number, count: number] | number;

interface Section {
  readonly section: string;
  readonly parts: readonly Part[];
}

const FORMAT = 'hybridge-handover-1';

/** Lines are collected to about this size. Characters. */
const CHUNK_CHARS = 65_536;

/** What a reader without the base says. */
export class BaseMissing extends Error {}

/**
 * @param base what the reader runs. @default - nothing
 * @returns whole lines each
 */
export function* handOver({ hash, table, setAside }: SettledConfiguration, base?: SettledConfiguration): Steps<readonly string[]> {
  const chunks = new Chunks();
  const sections = sectionsOf(table);
  const head: Head = {
    format: FORMAT, hash, base: base?.hash ?? null, formatVersion: table._format_version, sections,
    ...setAside !== base?.setAside && { setAside },
  };
  chunks.put(head);
  for (const section of sections) {
    const rows = rowsOf(table, section);
    const before = base === undefined ? [] : rowsOf(base.table, section);
    if (rows === before && base !== undefined) continue;
    const { parts, fresh } = yield* partsOf(rows, before);
    chunks.put({ section, parts } satisfies Section);
    for (let at = 0; at < fresh.length; at += 1) {
      chunks.put(fresh[at]!);
      if (at % UNITS_BETWEEN_YIELDS === 0) yield;
    }
  }
  return chunks.end();
}

/**
 * @param base the configuration that the reader has
 * @throws BaseMissing the text refers to another configuration
 * @throws Error what is no such text
 */
export function* takeOver(chunks: Iterable<string>, base?: SettledConfiguration): Steps<SettledConfiguration> {
  const lines = linesOf(chunks);
  const next = (): unknown => {
    const { done, value } = lines.next();
    if (done === true) throw new Error('the text of the configuration ends early');
    return JSON.parse(value);
  };
  const head = next() as Head;
  if (head.format !== FORMAT) throw new Error('this is not the text of a configuration');
  if (head.base !== null && head.base !== base?.hash) throw new BaseMissing(`the text builds on the configuration ${head.base}`);
  const known = head.base === null ? undefined : base;
  const table: Record<string, unknown> = { _format_version: head.formatVersion, _transform: true };
  for (const name of head.sections) table[name] = known === undefined ? [] : rowsOf(known.table, name);
  for (const line of lines) {
    const { section, parts } = JSON.parse(line) as Section;
    const before = known === undefined ? [] : rowsOf(known.table, section);
    const rows: Row[] = [];
    for (const part of parts) {
      if (typeof part !== 'number') {
        for (let at = part[0]; at < part[0] + part[1]; at += 1) rows.push(before[at]!);
        yield;
        continue;
      }
      for (let count = 0; count < part; count += 1) {
        rows.push(next() as Row);
        if (count % UNITS_BETWEEN_YIELDS === 0) yield;
      }
    }
    table[section] = rows;
  }
  return { hash: head.hash, table: table as unknown as ConfigTable, setAside: head.setAside ?? known?.setAside ?? [] };
}

function sectionsOf(table: ConfigTable): readonly string[] {
  return Object.keys(table).filter((name) => Array.isArray(table[name]));
}

/** Rows that are the same objects are those of the base. */
function* partsOf(rows: readonly Row[], before: readonly Row[]): Steps<{ readonly parts: Part[]; readonly fresh: Row[] }> {
  const places = new Map<Row, number>();
  for (let at = 0; at < before.length; at += 1) {
    places.set(before[at]!, at);
    if (at % UNITS_BETWEEN_YIELDS === 0) yield;
  }
  const parts: Part[] = [];
  const fresh: Row[] = [];
  for (let at = 0; at < rows.length;) {
    const start = at;
    const place = places.get(rows[at]!);
    if (place === undefined) {
      while (at < rows.length && !places.has(rows[at]!)) fresh.push(rows[at++]!);
      parts.push(at - start);
    } else {
      while (at < rows.length && before[place + at - start] === rows[at]) {
        at += 1;
        if (at % UNITS_BETWEEN_YIELDS === 0) yield;
      }
      parts.push([place, at - start]);
    }
    yield;
  }
  return { parts, fresh };
}

class Chunks {
  readonly #chunks: string[] = [];
  #lines = '';

  put(value: unknown): void {
    this.#lines += `${JSON.stringify(value)}\n`;
    if (this.#lines.length > CHUNK_CHARS) this.#cut();
  }

  end(): readonly string[] {
    if (this.#lines !== '') this.#cut();
    return this.#chunks;
  }

  #cut(): void {
    this.#chunks.push(this.#lines);
    this.#lines = '';
  }
}

/** The chunks may be cut anywhere. */
function* linesOf(chunks: Iterable<string>): Generator<string, void, void> {
  let rest = '';
  for (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
      yield rest + chunk.slice(from, end);
      rest = '';
      from = end + 1;
    }
    rest += chunk.slice(from);
  }
  if (rest !== '') yield rest;
}
