/**
 * Reads a declarative configuration that was posted, or that a node starts with: everything that depends on nothing but the text. What
 * comes out can go to another thread: texts and bytes, so that the thread that proxies parses a row at a time.
 */
import { createHash, randomUUID } from 'node:crypto';

import { isSameJson } from '../base/same-json.ts';
import { atOnce } from '../base/steps.ts';
import { inlineTree } from '../declarative/error-tree.ts';
import { readNodeConfiguration } from '../declarative/node-configuration.ts';
import type { SourceError } from '../declarative/source.ts';
import { shownRows, storedRows } from '../declarative/stored-rows.ts';
import type { StoredRows } from '../declarative/stored-rows.ts';
import { DEFAULT_WORKSPACE } from '../model/entities/workspace.ts';
import { handOver } from '../model/handover.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import { primaryKeyOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { askedOf, refusalOf } from './admin-api/config-request.ts';
import type { Asked } from './admin-api/config-request.ts';
import type { AdminAnswer } from './admin-api/endpoint.ts';
import { RequestError } from './admin-api/request-error.ts';

/** A text or an object as it is, or the body of a request. */
export type GivenConfiguration =
  | {
    readonly given: string | object;
    /** Whether to accept what decK writes about a file. @default false */
    readonly takesMetadata?: boolean;
    /** Whether a long text in YAML is refused. @default true */
    readonly isBounded?: boolean;
  }
  | { readonly body: Uint8Array; readonly contentType: string | undefined; readonly query: string };

export interface ReadingContext {
  /** Digest of the configuration that runs. */
  readonly hash: string;
  /** What names the rows that run, in what `handOver` made of them. @default - none do */
  readonly base: string | undefined;
  /** When the first configuration of the node was read, for times that a configuration does not state. Milliseconds since 1970. */
  readonly since: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type ConfigurationReading =
  | {
    readonly kind: 'read';
    /** MD5 of what was given. */
    readonly hash: string;
    /** What `handOver` made of the rows as a store keeps them: whole, or for a reader of the configuration that runs. */
    readonly rows: readonly string[];
    /** By entity type and id, as JSON. */
    readonly shown: Uint8Array;
  }
  /** It is the one that runs, and was to be loaded only if it is not. */
  | { readonly kind: 'unchanged' }
  | {
    readonly kind: 'refused';
    readonly answer: AdminAnswer;
    /** What is wrong in one line. @default - nothing is to be logged */
    readonly logged?: string;
    /** What is wrong, for people. */
    readonly lines: readonly SourceError[];
  };

/** Where Kong puts everything when a configuration names no workspace. */
const WORKSPACE_ID = '0dc6f45b-8f8d-40d2-a504-473544ee190b';

/** YAML takes a second for each million characters. */
const MAX_YAML_CHARACTERS = 4 * 2 ** 20;

/** Of the errors of a configuration. */
const MAX_LOGGED_CHARACTERS = 2_000;

export class DeclarativeReader {
  readonly #schemas: Schemas;
  #last: SettledConfiguration | undefined;

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  read(configuration: GivenConfiguration, context: ReadingContext): ConfigurationReading {
    try {
      return this.#read(configuration, context);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return { kind: 'refused', answer: asText({ status: error.status, body: { message: error.message } }), lines: [] };
    }
  }

  #read(configuration: GivenConfiguration, { hash: running, base, since, now }: ReadingContext): ConfigurationReading {
    const { given, checksHash, flattens, takesMetadata = false, isBounded = true } = asked(configuration);
    const hash = digestOf(given);
    if (checksHash && typeof given === 'string' && hash === running) return { kind: 'unchanged' };
    const reading = readNodeConfiguration(given, {
      schemas: this.#schemas, takesMetadata, now: since, ...isBounded && { maxYamlCharacters: MAX_YAML_CHARACTERS },
    });
    if (!reading.isValid) {
      const { tooLarge } = reading;
      if (tooLarge !== undefined) return { kind: 'refused', answer: asText({ status: 413, body: { message: tooLarge } }), lines: [] };
      const content = reading.content();
      const errors = reading.tree();
      const isTold = flattens && typeof content === 'object' && content !== null && !Array.isArray(content);
      return {
        kind: 'refused', answer: asText(refusalOf(errors, this.#schemas, isTold ? content : undefined)),
        // Answers with flattened errors leave some out.
        logged: inlineTree(errors).slice(0, MAX_LOGGED_CHARACTERS), lines: 'given' in configuration ? reading.lines() : [],
      };
    }
    const before = base !== undefined && this.#last?.hash === base ? this.#last : undefined;
    const rows = withWorkspace(storedRows(reading, now / 1000), Math.floor(since / 1000));
    const table = { _format_version: '3.0', ...Object.fromEntries(this.#sharing(rows, before)) };
    // Rows that expire are others each time that a text is read: its digest does not name them.
    const next = { hash: randomUUID(), table, setAside: [] };
    this.#last = next;
    const shown = new TextEncoder().encode(JSON.stringify(shownRows(reading)));
    return { kind: 'read', hash, rows: atOnce(handOver(next, before)), shown };
  }

  /** Rows that have not changed are those of before. */
  #sharing(rows: StoredRows, before: SettledConfiguration | undefined): StoredRows {
    if (before === undefined) return rows;
    return new Map([...rows].map(([type, list]) => {
      const key = primaryKeyOf(this.#schemas.get(type)!);
      const known = new Map((before.table[type] as readonly EntityValue[] | undefined ?? []).map((row) => [row[key], row]));
      return [type, list.map((row) => {
        const same = known.get(row[key]);
        return same !== undefined && isSameJson(same, row) ? same : row;
      })];
    }));
  }
}

function asked(configuration: GivenConfiguration): Asked & { readonly takesMetadata?: boolean; readonly isBounded?: boolean } {
  if ('given' in configuration) return { ...configuration, checksHash: false, flattens: false };
  const { body, contentType, query } = configuration;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return askedOf({ bytes, contentType, query: new URLSearchParams(query) });
}

/** Long answers are written here, not where they are sent. */
function asText({ status, body }: AdminAnswer): AdminAnswer {
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json; charset=utf-8' } };
}

function withWorkspace(rows: StoredRows, seconds: number): StoredRows {
  const workspaces = rows.get('workspaces') ?? [];
  if (workspaces.some(({ name }) => name === DEFAULT_WORKSPACE)) return rows;
  const made = {
    id: WORKSPACE_ID, name: DEFAULT_WORKSPACE, comment: null, created_at: seconds, updated_at: seconds, meta: {}, config: {},
  };
  return new Map([...rows, ['workspaces', [...workspaces, made]]]);
}

/** An object has the digest of its JSON: it is another one than that of a text. */
function digestOf(given: string | object): string {
  return createHash('md5').update(typeof given === 'string' ? given : JSON.stringify(given)).digest('hex');
}
