/** The body of a batch: JSON whose operations are found byte by byte and parsed one by one, so that a long one holds up no request. */
import { isUtf8 } from 'node:buffer';

import { UNITS_BETWEEN_YIELDS } from '../../../base/steps.ts';
import type { Steps } from '../../../base/steps.ts';
import { isPlainObject } from '../../../model/schema/plain-object.ts';
import { refuseUnusable } from '../request-body.ts';
import { MAX_LEVELS, RequestError } from '../request-error.ts';

/** Members of the body; each operation is any JSON value. */
export interface BatchBody {
  readonly members: Readonly<Record<string, unknown>>;
  readonly operations: readonly unknown[] | undefined;
}

export const MAX_OPERATIONS = 100_000;

const LIST = 'operations';

/** @throws RequestError 400: no JSON object, or too many operations */
export function* readBatchBody(bytes: Buffer): Steps<BatchBody> {
  if (!isUtf8(bytes)) throw new RequestError(400, 'the body is not encoded in UTF-8');
  const list = yield* findList(bytes);
  if (!list) return { members: parsed(bytes), operations: undefined };
  // The members around the list, with an empty one in its place: what is wrong around it is found here, what is wrong in it below.
  const members = parsed(Buffer.concat([bytes.subarray(0, list.start), bytes.subarray(list.end)]));
  const operations: unknown[] = [];
  for (const [start, end] of list.items) {
    operations.push(parsedJson(bytes.subarray(start, end)));
    if (operations.length % UNITS_BETWEEN_YIELDS === 0) yield;
  }
  return { members, operations };
}

interface FoundList {
  /** After its `[`. */
  readonly start: number;
  /** Before its `]`. */
  readonly end: number;
  readonly items: readonly (readonly [start: number, end: number])[];
}

const [QUOTE, BACKSLASH, COMMA] = [...'"\\,'].map((character) => character.charCodeAt(0)) as [number, number, number];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'[]{}'].map((character) => character.charCodeAt(0)) as
  [number, number, number, number];

/** Bytes that are looked at without a pause. */
const BYTES_BETWEEN_YIELDS = 256 * 1024;

/** The list that follows the member's name on the first level. Takes malformed JSON, and finds something or nothing in it. */
function* findList(bytes: Buffer): Steps<FoundList | undefined> {
  const items: (readonly [number, number])[] = [];
  let [level, textStart, name] = [0, -1, ''];
  let [start, end, itemStart] = [-1, -1, 0];
  let pauseAt = BYTES_BETWEEN_YIELDS;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (textStart >= 0) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) {
        if (level === 1 && at - textStart === LIST.length) name = bytes.toString('latin1', textStart, at);
        textStart = -1;
      }
    } else if (byte === QUOTE) {
      if (level === 1) name = '';
      textStart = at + 1;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      level += 1;
      if (level > MAX_LEVELS) throw malformed();
      if (level === 2 && byte === OPEN_LIST && name === LIST) {
        if (start >= 0) throw malformed();
        start = itemStart = at + 1;
      }
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      level -= 1;
      if (level === 1 && start >= 0 && end < 0) {
        end = at;
        if (items.length > 0 || bytes.toString('latin1', itemStart, at).trim() !== '') addItem(items, itemStart, at);
      }
    } else if (byte === COMMA && level === 2 && start >= 0 && end < 0) {
      addItem(items, itemStart, at);
      itemStart = at + 1;
    }
    if (at >= pauseAt) {
      pauseAt = at + BYTES_BETWEEN_YIELDS;
      yield;
    }
  }
  if (start >= 0 && end < 0) throw malformed();
  return start < 0 ? undefined : { start, end, items };
}

function addItem(items: (readonly [number, number])[], start: number, end: number): void {
  if (items.length === MAX_OPERATIONS) throw new RequestError(400, `a batch has at most ${MAX_OPERATIONS} operations`);
  items.push([start, end]);
}

function parsed(bytes: Buffer): Readonly<Record<string, unknown>> {
  const value = parsedJson(bytes);
  if (!isPlainObject(value)) throw malformed();
  return value;
}

function parsedJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString(), refuseUnusable);
  } catch {
    throw malformed();
  }
}

function malformed(): RequestError {
  return new RequestError(400, 'Cannot parse JSON body');
}
