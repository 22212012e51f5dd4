/** Splits an expression of the router into words, texts, numbers, addresses and signs. */
import { ExpressionProblem } from './problem.ts';

export type TokenKind = 'word' | 'text' | 'number' | 'address' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of a text, what it stands for; of others, as it is written. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const ADDRESS = String.raw`\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?|(?::|[0-9A-Fa-f]{1,4}):(?:[0-9A-Fa-f]{1,4}|:)*(?:\/\d{1,3})?`;

/** One token at the position, in the order in which the kinds are tried. */
const TOKEN = new RegExp([
  '(?<space>[ \\t\\r\\n]+)',
  '(?<raw>r#"[\\s\\S]*?"#)',
  `(?<address>${ADDRESS})`,
  '(?<word>(?!r#")[A-Za-z][A-Za-z0-9_.-]*)',
  '(?<text>"(?:[^"\\\\]|\\\\["\\\\nrt])*")',
  '(?<number>-?(?:0x[0-9A-Fa-f]+|\\d+))',
  '(?<sign>==|!=|\\^=|=\\^|>=|<=|&&|\\|\\||[~><!()])',
].join('|'), 'y');

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** @throws ExpressionProblem at a character that begins no token */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < source.length) {
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined) throw unknownToken(source, at);
    const to = TOKEN.lastIndex;
    const [kind, written] = Object.entries(groups).find(([, text]) => text !== undefined)!;
    if (kind !== 'space') tokens.push({ ...tokenOf(kind, written), from: at, to });
    at = to;
  }
  tokens.push({ kind: 'end', text: '', from: at, to: at });
  return tokens;
}

function tokenOf(kind: string, written: string): Pick<Token, 'kind' | 'text'> {
  if (kind === 'raw') return { kind: 'text', text: written.slice(3, -2) };
  if (kind === 'text') {
    const text = written.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => ESCAPED[escaped] ?? escaped);
    return { kind: 'text', text };
  }
  return { kind: kind as TokenKind, text: written };
}

function unknownToken(source: string, at: number): ExpressionProblem {
  const isText = source[at] === '"' || source.startsWith('r#"', at);
  const reason = isText
    ? 'a text that does not end, or an escape other than \\" \\\\ \\n \\r \\t'
    : 'expected a field, an operator, a value or a parenthesis';
  return new ExpressionProblem(source, reason, at, isText ? source.length : at + 1);
}
