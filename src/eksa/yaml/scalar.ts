/**
 * What a plain (unquoted) YAML scalar means to the EKS Anywhere tools: YAML 1.1 as Go's yaml.v2 reads it.
 * Kubernetes' own tools use the same reader.
 */

type Scalar = string | number | boolean | null;

const WORDS: readonly (readonly [Scalar, readonly string[]])[] = [
  [true, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']],
  [false, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']],
  [null, ['', '~', 'null', 'Null', 'NULL']],
  [NaN, ['.nan', '.NaN', '.NAN']],
  [Infinity, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']],
  [-Infinity, ['-.inf', '-.Inf', '-.INF']],
];
const MEANING: ReadonlyMap<string, Scalar> = new Map(WORDS.flatMap(([value, words]) => words.map((word) => [word, value] as const)));

const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
/** Prefix of an integer literal → its base; a leading zero alone means octal. */
const BASES: readonly (readonly [RegExp, number])[] = [
  [/^0[xX]([0-9a-fA-F]+)$/, 16],
  [/^0[bB]([01]+)$/, 2],
  [/^0[oO]([0-7]+)$/, 8],
  [/^0([0-7]+)$/, 8],
  [/^(0|[1-9]\d*)$/, 10],
];

/** What other readers of YAML take for numbers, base-60 numbers and dates; Go leaves these as text. */
const READ_ELSEWHERE: readonly RegExp[] = [
  /^[-+]?[\d_]*(\.[\d_]*)?([eE][-+]?[\d_]+)?$/,
  /^[-+]?\d[\da-fA-F_xXoObB]*$/,
  /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?$/,
  /^\d{4}-\d{1,2}-\d{1,2}([Tt \t].*)?$/,
  /^(=|<<)$/,
];

/** The value that the tools see for an unquoted scalar. */
export function resolvePlainScalar(text: string): Scalar {
  const meaning = MEANING.get(text);
  if (meaning !== undefined) return meaning;
  if (!/^[-+.\d]/.test(text)) return text;
  const plain = text.replace(/_/g, '');
  // In a number that starts with its point, underscores may only be between digits; one that overflows stays text.
  const decimal = text.startsWith('.') ? text.replace(/(?<=\d)_(?=\d)/g, '') : plain;
  return integer(plain) ?? (FLOAT.test(decimal) && Number.isFinite(Number(decimal)) ? Number(decimal) : text);
}

/** Whether text must be quoted so that every reader of YAML, old or new, sees the text itself. */
export function needsQuotes(text: string): boolean {
  return typeof resolvePlainScalar(text) !== 'string' || READ_ELSEWHERE.some((pattern) => pattern.test(text));
}

/** The text that an unquoted scalar becomes where a string is wanted, as Go's JSON conversion writes it. */
export function textAfterRoundTrip(text: string): string {
  // Digits beyond what a number here holds exactly: Go's integers hold them up to 2^64.
  if (/^[1-9]\d{0,18}$/.test(text)) return text;
  const value = resolvePlainScalar(text);
  return value === null ? '' : String(value);
}

function integer(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  for (const [pattern, base] of BASES) {
    const match = pattern.exec(digits);
    const value = match ? sign * parseInt(match[1], base) : NaN;
    // Larger ones are read as decimal fractions, which only base 10 knows.
    if (value < 2 ** 64 && value >= -(2 ** 63)) return value;
  }
  return undefined;
}
