/**
 * Header lines that go together, as a plugin adds them to each answer: what is the same each time is prepared, and what a value needs is
 * looked at once. Also as members of a JSON object, for log entries.
 */
import { quoted } from '../base/quoted.ts';
import { textOfBytes } from '../base/text-of-bytes.ts';

/** Headers with rules of their own, in heads or in log entries: they come by themselves. */
const OTHERS: ReadonlySet<string> = new Set([
  'authorization', 'proxy-authorization', 'connection', 'content-length', 'content-type', 'date', 'transfer-encoding',
]);

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export class HeaderNames {
  readonly names: readonly string[];
  /** In lower case. */
  readonly keys: readonly string[];
  /** Whether no value needs to be escaped, in heads or in JSON, as with numbers. */
  readonly arePlain: boolean;
  /** What is before each value in a head. */
  readonly lineStarts: readonly string[];
  /** The same in JSON; with plain values their quotes are in it. */
  readonly memberStarts: readonly string[];

  /** @throws Error a name that is none, or has rules of its own, or comes twice */
  constructor(names: readonly string[], { arePlain = false }: { readonly arePlain?: boolean } = {}) {
    const keys = names.map((name) => name.toLowerCase());
    const wrong = names.find((name, at) => !NAME.test(name) || OTHERS.has(keys[at]!) || keys.indexOf(keys[at]!) !== at);
    if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} cannot be in a block of headers`);
    this.names = names;
    this.keys = keys;
    this.arePlain = arePlain;
    this.lineStarts = names.map((name, at) => `${at === 0 ? '' : '\r\n'}${name}: `);
    this.memberStarts = keys.map((key, at) => `${at === 0 ? '' : arePlain ? '",' : ','}"${key}":${arePlain ? '"' : ''}`);
  }
}

export class HeaderBlock {
  readonly names: HeaderNames;
  /** As they travel: one character for each byte. */
  readonly values: readonly string[];
  #lines: string | undefined;
  #members: string | undefined;

  /** @param values for each name one, as it travels */
  constructor(names: HeaderNames, values: readonly string[]) {
    this.names = names;
    this.values = values;
    this.#lines = undefined;
    this.#members = undefined;
  }

  /** Each with its CRLF. */
  get lines(): string {
    return this.#lines ??= linesOf(this.names, this.values);
  }

  /** Members of a JSON object, with commas between them. */
  get members(): string {
    return this.#members ??= this.names.arePlain ? plainMembersOf(this.names, this.values) : membersOf(this.names, this.values);
  }
}

function linesOf({ lineStarts }: HeaderNames, values: readonly string[]): string {
  let text = '';
  for (let at = 0; at < values.length; at += 1) text += lineStarts[at]! + values[at]!;
  return text === '' ? '' : `${text}\r\n`;
}

function plainMembersOf({ memberStarts }: HeaderNames, values: readonly string[]): string {
  let text = '';
  for (let at = 0; at < values.length; at += 1) text += memberStarts[at]! + values[at]!;
  return text === '' ? '' : `${text}"`;
}

function membersOf({ memberStarts }: HeaderNames, values: readonly string[]): string {
  let text = '';
  for (let at = 0; at < values.length; at += 1) text += memberStarts[at]! + quoted(textOfBytes(values[at]!));
  return text;
}
