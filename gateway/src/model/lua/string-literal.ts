/** The text that a string of Lua stands for. */

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v',
};

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|z\s*|([0-9]{1,3})|(\r\n|\n\r|[\s\S]))/g;

/** @param source as the tokens have it, with its quotes or brackets */
export function textOfString(source: string): string {
  const long = /^\[(=*)\[(?:\r\n|\n\r|\r|\n)?/.exec(source);
  if (long) return source.slice(long[0].length, -(long[1]!.length + 2));
  return source.slice(1, -1).replace(ESCAPE, (_all, hex?: string, point?: string, decimal?: string, single?: string) => {
    const code = hex !== undefined ? Number.parseInt(hex, 16) : point !== undefined ? Number.parseInt(point, 16) : Number(decimal ?? NaN);
    if (!Number.isNaN(code)) return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    if (single === undefined) return '';
    return SIMPLE[single] ?? (/[\r\n]/.test(single) ? '\n' : single);
  });
}
