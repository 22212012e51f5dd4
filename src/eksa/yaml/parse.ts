/**
 * Reads cluster.yaml as the EKS Anywhere CLI does: documents are split at lines of exactly `---`, unquoted scalars mean
 * what YAML 1.1 says, a null is an absent field. Keeps the line of every value for messages.
 */
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { LineCounter, Scalar as ScalarNode, isAlias, isCollection, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Finding } from '../finding';
import { asWritten } from '../finding';
import type { SourceText } from '../syntax/encoding';
import { textOf } from '../syntax/encoding';
import { resolvePlainScalar } from './scalar';

export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  /** What is wrong with the text itself. */
  readonly findings: readonly Finding[];
}

export interface ParsedDocument {
  readonly content: Readonly<Record<string, unknown>>;
  /** Path below the document, such as `.spec.count` → line in the file. */
  readonly lines: ReadonlyMap<string, number>;
  /** Findings whose path is relative to the document. */
  readonly findings: readonly Finding[];
}

interface Piece {
  readonly text: string;
  readonly firstLine: number;
}

/** The largest real file has some hundred kilobytes, of which certificates are the most; larger ones are another thing. */
const MAX_CHARACTERS = 2 ** 20;
const MAX_LINES = 50_000;

export function parseClusterFile(source: SourceText): ParsedFile {
  const text = textOf(source).text.replace(/^\ufeff/, '');
  const findings: Finding[] = [...tooLarge(text)];
  if (findings.length > 0) return { documents: [], findings };
  const documents: ParsedDocument[] = [];
  for (const piece of pieces(text)) {
    findings.push(...lostDocuments(piece));
    const document = parsePiece(piece, findings);
    if (document) documents.push(document);
  }
  return { documents, findings };
}

/** Told before anything is read, so that a wrong file costs neither time nor memory. */
function* tooLarge(text: string): Iterable<Finding> {
  const finding = (message: string): Finding => ({
    ruleId: 'P2',
    severity: 'error',
    path: 'cluster.yaml',
    line: 1,
    message,
    fix: 'give the file that describes one cluster',
  });
  if (text.length > MAX_CHARACTERS) yield finding(`has ${text.length} characters; at most ${MAX_CHARACTERS} are read`);
  else if (text.split('\n').length > MAX_LINES) yield finding(`has more than ${MAX_LINES} lines`);
}

/** The tools split on nothing but a line that is exactly `---`. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let lines: string[] = [];
  let firstLine = 1;
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '---') {
      found.push({ text: `${lines.join('\n')}\n`, firstLine });
      lines = [];
      firstLine = index + 2;
    } else {
      lines.push(line);
    }
  }
  return [...found, { text: lines.join('\n'), firstLine }];
}

/** A separator with anything behind it merges two documents for one of the tools' two readers. */
function lostDocuments({ text, firstLine }: Piece): Finding[] {
  let hasContent = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^---\s/.test(line) && hasContent) {
      return [
        {
          ruleId: 'P5',
          severity: 'error',
          path: 'cluster.yaml',
          line: firstLine + index,
          message: `separates documents by ${JSON.stringify(line)}; the CLI knows only a line of exactly '---' with a plain line `
            + 'feed, and loses what follows',
          fix: 'remove what follows the three dashes; use LF line ends',
        },
      ];
    }
    hasContent ||= /^[^#\s]/.test(line) && !line.startsWith('---') && !line.startsWith('%');
  }
  return [];
}

function parsePiece(piece: Piece, findings: Finding[]): ParsedDocument | undefined {
  const counter = new LineCounter();
  // All scalars stay text here; what an unquoted one means is decided by resolvePlainScalar.
  const parsed = parseDocument(piece.text, {
    schema: 'failsafe',
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    lineCounter: counter,
    logLevel: 'error',
    prettyErrors: false,
  });
  const lineAt = (offset: number) => piece.firstLine + counter.linePos(offset).line - 1;
  // What follows the first error of a document is read in its light, and mostly wrong.
  const error = parsed.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
  if (error) {
    findings.push({
      ruleId: 'P2',
      severity: 'error',
      path: 'cluster.yaml',
      line: lineAt(error.pos[0]),
      message: `is no YAML: ${syntaxError(error.message)}`,
    });
    return undefined;
  }
  findings.push(...[...unreadableCharacters(piece.text), ...strayTabs(piece.text, parsed)].map(({ offset, message }): Finding => ({
    ruleId: 'P2', severity: 'error', path: 'cluster.yaml', line: lineAt(offset), message,
  })));
  if (parsed.contents === null) return undefined;
  if (isScalar(parsed.contents) && plainValue(parsed.contents) === null) return undefined;
  const targets = aliasTargets(parsed);
  const walker = new Walker(lineAt, (node) => isAlias(node) ? targets.get(node) : node);
  const content = walker.value(parsed.contents, '');
  if (!isMap(parsed.contents)) {
    findings.push({
      ruleId: 'P2',
      severity: 'error',
      path: 'cluster.yaml',
      line: piece.firstLine,
      message: 'holds a document that is no object',
    });
    return undefined;
  }
  return { content: content as Record<string, unknown>, lines: walker.lines, findings: walker.findings };
}

/** What the library says, which may quote all of a senseless text. */
function syntaxError(message: string): string {
  if (/call stack/.test(message)) return 'it is nested too deeply';
  return message.length > 160 ? `${message.slice(0, 157)}...` : message;
}

interface Flaw {
  readonly offset: number;
  readonly message: string;
}

/** Control characters, which no reader of the tools takes; the first one only. */
function unreadableCharacters(text: string): Flaw[] {
  const found = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/.exec(text);
  if (!found) return [];
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return [{ offset: found.index, message: `holds the character U+${code}, which YAML does not allow` }];
}

/** A tab at the start of an empty line or before a comment, which is no indentation to the tools: only quotes and brackets may hold it. */
function strayTabs(text: string, parsed: Document): Flaw[] {
  const lines = [...text.matchAll(/^\t[ \t]*(?=#|\r?$|(?![\s\S]))/gm)];
  if (lines.length === 0) return [];
  const ranges: (readonly [number, number])[] = [];
  visit(parsed, (_key, node) => {
    const isQuoted = isScalar(node) && (node.type === ScalarNode.QUOTE_DOUBLE || node.type === ScalarNode.QUOTE_SINGLE);
    if ((isQuoted || (isCollection(node) && node.flow)) && node.range) ranges.push([node.range[0], node.range[1]]);
  });
  const stray = lines.find(({ index }) => !ranges.some(([start, end]) => start <= index && index < end));
  return stray ? [{ offset: stray.index, message: 'holds a line that starts with a tab; YAML is indented by blanks' }] : [];
}

/** What each alias stands for, found in one pass; the library would search the whole document for each of them. */
function aliasTargets(parsed: Document): ReadonlyMap<unknown, unknown> {
  const anchors = new Map<string, unknown>();
  const targets = new Map<unknown, unknown>();
  visit(parsed, {
    Alias: (_key, node) => void targets.set(node, anchors.get(node.source)),
    Value: (_key, node) => void (node.anchor && anchors.set(node.anchor, node)),
  });
  return targets;
}

/** Lists and objects of one document; the largest real file has some hundred. */
const MAX_NODES = 20_000;

class Walker {
  public readonly lines = new Map<string, number>();
  public readonly findings: Finding[] = [];
  private readonly open = new Set<unknown>();
  private nodes = 0;

  constructor(private readonly lineAt: (offset: number) => number, private readonly resolve: (node: unknown) => unknown) {}

  public value(given: unknown, path: string): unknown {
    const node = this.resolve(given) as Node | null | undefined;
    if (isAlias(given) && node === undefined) {
      this.refuse(path, given, `refers to the anchor ${asWritten(given.source)}, which is not there`);
    }
    if (node?.range && !this.lines.has(path)) this.lines.set(path, this.lineAt(node.range[0]));
    if (isScalar(node)) return this.scalar(node, path);
    if (!isMap(node) && !isSeq(node)) return null;
    if (this.isEndless(node, path)) return null;
    this.open.add(node);
    const value = isMap(node) ? this.map(node, path) : node.items.map((item, at) => this.value(item, `${path}[${at}]`));
    this.open.delete(node);
    return value;
  }

  private scalar(node: ScalarNode, path: string): unknown {
    const value = plainValue(node);
    const expected = TAG_TYPES[node.tag ?? ''];
    if (expected && typeof value !== expected) this.refuse(path, node, `is tagged as ${expected} and is ${asWritten(value)}`);
    return value;
  }

  private refuse(path: string, node: Node, message: string) {
    this.findings.push({ ruleId: 'P2', severity: 'error', path, line: node.range ? this.lineAt(node.range[0]) : undefined, message });
  }

  /** An alias inside its own anchor, or so many aliases that they only serve to fill the memory. */
  private isEndless(node: Node, path: string): boolean {
    const isCycle = this.open.has(node);
    if (!isCycle && ++this.nodes <= MAX_NODES) return false;
    if (isCycle || this.nodes === MAX_NODES + 1) {
      this.findings.push({
        ruleId: 'P2',
        severity: 'error',
        path,
        line: this.lines.get(path),
        message: isCycle ? 'contains itself' : `and what is before it hold more than ${MAX_NODES} values`,
      });
    }
    return true;
  }

  private map(node: YAMLMap, path: string): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const own = new Set<string>();
    for (const pair of node.items) {
      if (isMergeKey(pair)) {
        const merged = this.value(pair.value, `${path}.<<`);
        for (const source of Array.isArray(merged) ? merged : [merged]) {
          if (isObject(source)) Object.assign(result, { ...source, ...result });
          else this.refuse(`${path}.<<`, pair.value as Node, `merges ${asWritten(source)}; expected an object`);
        }
        continue;
      }
      const key = this.key(pair, path);
      if (own.has(key)) {
        this.findings.push({
          ruleId: 'P2',
          severity: 'error',
          path: `${path}.${key}`,
          line: this.lineOf(pair),
          message: 'is given twice',
          fix: 'keep one',
        });
      }
      own.add(key);
      const line = this.lineOf(pair);
      if (line !== undefined) this.lines.set(`${path}.${key}`, line);
      // A plain assignment would take the key __proto__ for something else than a field.
      Object.defineProperty(result, key, {
        value: this.value(pair.value, `${path}.${key}`),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return result;
  }

  private key(pair: Pair, path: string): string {
    const node = this.resolve(pair.key);
    if (!isScalar(node)) {
      this.refuse(path, pair.key as Node, 'has a list, an object or nothing as a key; expected text');
      return '';
    }
    const text = String(node.value ?? '');
    const read = isPlain(node) ? resolvePlainScalar(text) : text;
    if (typeof read !== 'string' && String(read) !== text) {
      this.findings.push({
        ruleId: 'S10',
        severity: 'error',
        path: `${path}.${text}`,
        line: this.lineOf(pair),
        message: `is a key that YAML reads as ${asWritten(read)}`,
        fix: 'put it in quotes',
      });
    }
    return text;
  }

  private lineOf(pair: Pair): number | undefined {
    const range = (pair.key as Node | null)?.range;
    return range ? this.lineAt(range[0]) : undefined;
  }
}

function isPlain(node: ScalarNode): boolean {
  return node.type === undefined || node.type === ScalarNode.PLAIN;
}

/** What an explicit tag makes of text; every other tag leaves it text. */
const TAG_TYPES: Readonly<Record<string, 'number' | 'boolean' | undefined>> = {
  'tag:yaml.org,2002:int': 'number',
  'tag:yaml.org,2002:float': 'number',
  'tag:yaml.org,2002:bool': 'boolean',
};

function plainValue(node: ScalarNode): unknown {
  const text = String(node.value ?? '');
  return (node.tag === undefined ? isPlain(node) : TAG_TYPES[node.tag] !== undefined || node.tag === 'tag:yaml.org,2002:null')
    ? resolvePlainScalar(text)
    : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMergeKey(pair: Pair): boolean {
  // The library marks the key as a symbol where it has resolved it already.
  return isScalar(pair.key) && isPlain(pair.key) && (typeof pair.key.value === 'symbol' || pair.key.value === '<<');
}
