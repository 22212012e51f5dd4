/**
 * Members of a JSON object, found in its bytes, so that one can be removed without touching the rest. RFC 8259.
 * Texts hold one character for each byte: what marks the structure is ASCII.
 */

/** One member of the outermost object, by offsets. */
interface Member {
  readonly name: string;
  /** Of the first quote of the name. */
  readonly start: number;
  readonly valueStart: number;
  /** Behind the value. */
  readonly end: number;
}

/** @returns the values of the members with this name, in order; none when the text is no JSON object */
export function valuesInJson(text: string, name: string): readonly unknown[] {
  return membersOf(text).filter((member) => member.name === name).map(({ valueStart, end }) => parse(text.slice(valueStart, end)));
}

/**
 * Removes every member with this name from the outermost object, with its comma. Every other byte stays.
 * @returns `undefined` when there is none
 */
export function removeFromJson(text: string, name: string): string | undefined {
  const members = membersOf(text);
  if (!members.some((member) => member.name === name)) return undefined;
  const pieces = [text.slice(0, members[0]!.start)];
  members.forEach((member, index) => {
    if (member.name === name) return;
    // What separates two members belongs to the second one; the first that stays has none.
    if (pieces.length > 1) pieces.push(text.slice(members[index - 1]!.end, member.start));
    pieces.push(text.slice(member.start, member.end));
  });
  pieces.push(text.slice(members.at(-1)!.end));
  return pieces.join('');
}

function membersOf(text: string): readonly Member[] {
  // The scan below relies on the text being valid, and ending the object that it begins.
  const whole = parse(text);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return [];
  const members: Member[] = [];
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] !== '}') {
    const start = at;
    const nameEnd = endOfString(text, start);
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = endOfValue(text, valueStart);
    members.push({ name: parse(text.slice(start, nameEnd)) as string, start, valueStart, end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

function parse(bytes: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes, 'latin1').toString('utf8'));
  } catch {
    return undefined;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return at;
}

/** @param from offset of the first quote @returns the offset behind the last one */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** @param from offset of the first character of the value */
function endOfValue(text: string, from: number): number {
  let at = from;
  let depth = 0;
  for (;;) {
    const character = text[at]!;
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
    } else if (depth === 0 && SEPARATORS.includes(character)) {
      // A number or a word ends before what follows it.
      return at;
    } else {
      at += 1;
      if (OPENING.includes(character)) depth += 1;
      else if (CLOSING.includes(character)) depth -= 1;
      if (depth === 0 && CLOSING.includes(character)) return at;
    }
  }
}

const OPENING = '{[';
const CLOSING = '}]';
const SEPARATORS = ',} \n\r\t';
