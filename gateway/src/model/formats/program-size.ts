/**
 * Estimates the size of a regular expression's program. The compiler copies what is repeated with a count, so that a short expression can
 * become a large program.
 */

/** Quoted text, escapes, classes, counts, starts of groups (with flags or a name), or any other character. */
const TOKEN = new RegExp([
  String.raw`\\Q[\s\S]*?(?:\\E|$)`,
  String.raw`\\[pPx]\{[^}]*(?:\}|$)|\\[\s\S]`,
  String.raw`\[\^?\]?(?:\[:\^?\w{1,10}:\]|\\[\s\S]|[^\]\\])*(?:\]|$)`,
  String.raw`\{(\d+)(,?)(\d*)\}`,
  String.raw`\((?:\?(?:P?<\w*>|[a-zA-Z-]*[:)]))?`,
  String.raw`[\s\S]`,
].join('|'), 'gu');

/** Instructions that record the start and the end of a group. */
const GROUP_SIZE = 2;

/** A branch, and one that does nothing when an alternative is empty. */
const ALTERNATIVE_SIZE = 2;

/** A branch back, and one more around what may be empty. */
const LOOP_SIZE = 2;

/** Instructions of every program: failure, success, and a start for an empty expression. */
const FRAME_SIZE = 3;

/** An upper bound of the number of instructions, found in one pass. The pattern may be invalid. */
export function programSizeOf(pattern: string): number {
  const open = [0];
  let atom = 0;
  const add = (size: number): void => void (open[open.length - 1]! += size);
  for (const [token, from, comma, to] of pattern.matchAll(TOKEN)) {
    if (token.startsWith('(')) {
      if (!token.endsWith(')')) open.push(0);
    } else if (token === ')') {
      atom = GROUP_SIZE + (open.length > 1 ? open.pop()! : 0);
      add(atom);
    } else if (from !== undefined) {
      const repeated = repeatedSize(atom, Number(from), comma === '' ? Number(from) : Number(to || Infinity));
      add(repeated - atom);
      atom = repeated;
    } else if ('*+?'.includes(token)) {
      add(LOOP_SIZE);
      atom += LOOP_SIZE;
    } else if (token.startsWith('\\Q')) {
      add(token.length);
      // A count behind the text belongs to its last character.
      atom = 1;
    } else {
      atom = token === '|' ? ALTERNATIVE_SIZE : 1;
      add(atom);
    }
  }
  return open.reduce((sum, size) => sum + size, FRAME_SIZE);
}

/** Each required repetition is a copy, each optional one a copy behind a branch; without an upper bound the last one is a loop. */
function repeatedSize(atom: number, from: number, to: number): number {
  if (to === Infinity) return Math.max(from, 1) * atom + LOOP_SIZE;
  return Math.max(from * atom + Math.max(to - from, 0) * (atom + 1), 1);
}
