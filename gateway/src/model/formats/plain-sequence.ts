/**
 * Expressions that are a sequence: texts and repeated classes of characters, where what follows a repetition begins with none of its
 * characters. At each place there is one way to go on, so one pass without a program finds the match that RE2 finds. Most paths of routes
 * are such.
 */

/** What a text with characters that are not ASCII gets, where classes would have to know them. */
export const UNKNOWN = -2;

/** No match. */
const NONE = -1;

/** A text, or characters of a class; of these as many as there are, up to the greatest number. */
type Piece = string | { readonly members: Uint8Array; readonly min: number; readonly max: number };

interface Group {
  readonly name: string;
  /** Piece that it begins with, and the one after its last. */
  readonly from: number;
  readonly to: number;
}

export class PlainSequence {
  /** Texts that every match contains. */
  readonly literals: readonly string[];
  readonly hasNames: boolean;
  readonly #pieces: readonly Piece[];
  readonly #groups: readonly Group[];
  readonly #isWhole: boolean;

  /** @param isWhole whether the match ends with the text */
  constructor(pieces: readonly Piece[], groups: readonly Group[], isWhole: boolean) {
    this.#pieces = pieces;
    this.#groups = groups;
    this.#isWhole = isWhole;
    this.hasNames = groups.length > 0;
    this.literals = pieces.filter((piece) => typeof piece === 'string');
  }

  /** Where the match ends that begins with the text; negative when there is none, or `UNKNOWN`. */
  end(text: string): number {
    return this.#run(text, undefined);
  }

  /** The named groups of a text that matches. */
  groups(text: string): Readonly<Record<string, string>> {
    const ends: number[] = [];
    this.#run(text, ends);
    const endOf = (piece: number): number => (piece === 0 ? 0 : ends[piece - 1]!);
    return Object.fromEntries(this.#groups.map(({ name, from, to }) => [name, text.slice(endOf(from), endOf(to))]));
  }

  #run(text: string, ends: number[] | undefined): number {
    let at = 0;
    for (const piece of this.#pieces) {
      if (typeof piece === 'string') {
        if (!text.startsWith(piece, at)) return NONE;
        at += piece.length;
      } else {
        const { members, min, max } = piece;
        const start = at;
        const last = Math.min(text.length, start + max);
        while (at < last) {
          const code = text.charCodeAt(at);
          if (code >= ASCII) return UNKNOWN;
          if (members[code] === 0) break;
          at += 1;
        }
        if (at - start < min) return NONE;
      }
      ends?.push(at);
    }
    return this.#isWhole && at < text.length ? NONE : at;
  }
}

const ASCII = 128;

/** RE2's own bound. */
const MAX_COUNT = 1_000;

const PART = new RegExp([
  String.raw`(?<open>\((?:\?(?::|P?<(?<name>[A-Za-z_]\w*)>))?)(?!\?)`,
  String.raw`(?<close>\))`,
  String.raw`(?<atom>\\[dw]|\\[!-/:-@[-\`{-~]|\[(?:\\[dw]|\\[!-/:-@[-\`{-~]|[^\]\[\\])+\]|[^\\^$.|?*+()[\]{}]|\.)`
    + String.raw`(?<count>[+*?]|\{\d+(?:,\d*)?\})?`,
].join('|'), 'y');

/** @returns undefined for an expression that is no such sequence, or begins anywhere */
export function plainSequence(pattern: string): PlainSequence | undefined {
  const [, anchors = '', body = '', end = ''] = /^(\^+)(.*?)((?<!\\)\$)?$/s.exec(pattern) ?? [];
  if (anchors === '' || Buffer.byteLength(body) > body.length) return undefined;
  const pieces: Piece[] = [];
  const open: { readonly name: string | undefined; readonly from: number }[] = [];
  const groups: Group[] = [];
  let isRunOpen = false;
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const found = PART.exec(body)?.groups;
    if (found === undefined) return undefined;
    const { name, close, atom, count } = found;
    if (atom === undefined) {
      isRunOpen = false;
      if (close === undefined) open.push({ name, from: pieces.length });
      else {
        const group = open.pop();
        // What is repeated as a whole is no sequence.
        if (group === undefined || /[?*+{]/.test(body[PART.lastIndex] ?? '')) return undefined;
        if (group.name !== undefined) groups.push({ name: group.name, from: group.from, to: pieces.length });
      }
      continue;
    }
    if (/[?+*{]/.test(body[PART.lastIndex] ?? '')) return undefined;
    const literal = count === undefined ? literalOf(atom) : undefined;
    if (literal !== undefined) {
      if (isRunOpen) pieces[pieces.length - 1] += literal;
      else pieces.push(literal);
      isRunOpen = true;
      continue;
    }
    isRunOpen = false;
    const range = rangeOf(count);
    const members = membersOf(atom);
    if (range === undefined || members === undefined) return undefined;
    pieces.push({ members, ...range });
  }
  const names = new Set(groups.map(({ name }) => name));
  if (open.length > 0 || names.size < groups.length || !hasOneWay(pieces)) return undefined;
  return new PlainSequence(pieces, groups, end !== '');
}

function literalOf(atom: string): string | undefined {
  if (atom.length === 1) return atom === '.' ? undefined : atom;
  return atom.startsWith('\\') && !/[dw]/.test(atom[1]!) ? atom[1] : undefined;
}

function rangeOf(count: string | undefined): { readonly min: number; readonly max: number } | undefined {
  if (count === undefined) return { min: 1, max: 1 };
  if (count === '*') return { min: 0, max: Infinity };
  if (count === '+') return { min: 1, max: Infinity };
  if (count === '?') return { min: 0, max: 1 };
  const [min, max = min] = count.slice(1, -1).split(',').map((number) => (number === '' ? Infinity : Number(number))) as [number, number?];
  return min > max || min > MAX_COUNT || (max > MAX_COUNT && max !== Infinity) ? undefined : { min, max };
}

/** Most classes are the same few. */
const known = new Map<string, Uint8Array>();
const MAX_KNOWN = 64;

function membersOf(atom: string): Uint8Array | undefined {
  const before = known.get(atom);
  if (before !== undefined) return before;
  const members = new Uint8Array(ASCII);
  if (atom === '.') members.fill(1)[10] = 0;
  else if (atom.startsWith('[')) {
    if (!fillClass(members, atom.slice(1, -1))) return undefined;
  } else fillOne(members, atom);
  if (known.size < MAX_KNOWN) known.set(atom, members);
  return members;
}

function fillClass(members: Uint8Array, text: string): boolean {
  const isNegated = text.startsWith('^');
  const items = (isNegated ? text.slice(1) : text).match(/\\?[\s\S]-\\?[\s\S]|\\?[\s\S]/g) ?? [];
  for (const item of items) {
    const [, from, to] = /^(\\?[\s\S])-(\\?[\s\S])$/.exec(item) ?? [];
    if (from === undefined || to === undefined) fillOne(members, item);
    else {
      const [first, last] = [from, to].map((end) => literalOf(end)?.charCodeAt(0) ?? (end === '.' ? 46 : undefined));
      if (first === undefined || last === undefined || first > last) return false;
      members.fill(1, first, last + 1);
    }
  }
  if (isNegated) members.forEach((member, code) => (members[code] = 1 - member));
  return items.length > 0;
}

/** Digits, characters of words, or a character itself, which may be escaped. */
function fillOne(members: Uint8Array, item: string): void {
  const range = (from: string, to: string) => members.fill(1, from.charCodeAt(0), to.charCodeAt(0) + 1);
  if (item === '\\d' || item === '\\w') range('0', '9');
  if (item === '\\w') for (const ends of ['az', 'AZ', '__']) range(ends[0]!, ends[1]!);
  if (!/^\\[dw]$/.test(item)) members[item.charCodeAt(item.length - 1)] = 1;
}

/** Whether what may follow a repetition begins with none of its characters, so that it takes all of them that there are. */
function hasOneWay(pieces: readonly Piece[]): boolean {
  return pieces.every((piece, at) => {
    if (typeof piece === 'string' || piece.min === piece.max) return true;
    for (const next of pieces.slice(at + 1)) {
      if (typeof next === 'string') return piece.members[next.charCodeAt(0)] === 0;
      if (next.members.some((member, code) => member === 1 && piece.members[code] === 1)) return false;
      if (next.min > 0) return true;
    }
    return true;
  });
}
