/**
 * Reads cluster.yaml as the EKS Anywhere CLI does: documents are split at lines of exactly `---`, unquoted scalars mean
 * what YAML 1.1 says, a null is an absent field. Keeps the line of every value for messages. What the tools would not read, but a
 * person understands at once, is reported and read as it is meant.
 */
import type { Document } from 'yaml';
import { LineCounter, Scalar as ScalarNode, isAlias, isCollection, isMap, isScalar, parseDocument, visit } from 'yaml';
import type { Finding } from '../finding';
import type { SourceText } from '../syntax/encoding';
import { textOf } from '../syntax/encoding';
import { linesText } from '../syntax/lines';
import { fileFinding } from './file-finding';
import { itemsOf } from './list';
import { mended, withBlanks } from './mend';
import type { ParsedDocument, ParsedFile } from './parsed-file';
import type { Piece } from './pieces';
import { pieces } from './pieces';
import { isTemplated, templateOf } from './template';
import { Walker, aliasTargets, plainValue } from './walker';

/** The largest real file has some hundred kilobytes, of which certificates are the most; larger ones are another thing. */
const MAX_CHARACTERS = 4 * 2 ** 20;
const MAX_LINES = 100_000;

export function parseClusterFile(source: SourceText): ParsedFile {
  const { text, encoding } = textOf(source);
  const large = [...tooLarge(text)];
  if (large.length > 0) return { documents: [], findings: large, lost: [text] };
  const readable = mended(text, encoding);
  // Files in UTF-16 come from Windows: saving them in UTF-8 comes first.
  const split = pieces(encoding === 'utf-16' ? readable.text.replace(/\r\n/g, '\n') : readable.text);
  const state: State = { findings: [], lost: [], quoted: [], tabs: [], templates: [] };
  const documents = split.pieces.flatMap((piece) => parsePiece(piece, state));
  const { findings: ofKinds, kept } = withoutClusterApi(documents);
  return {
    documents: kept,
    findings: [
      ...readable.findings.filter(({ isEncoding }) => !isEncoding || state.quoted.length === 0 || !isPlainApartFromQuotes(readable.text))
        .map(({ finding }) => finding),
      ...split.findings,
      ...tabsFinding(state.tabs),
      ...quotedFinding(state.quoted),
      ...templateFinding(state.templates),
      ...ofKinds,
      ...state.findings,
    ],
    lost: state.lost,
  };
}

/** What is found while documents are read, one after the other. */
interface State {
  readonly findings: Finding[];
  readonly lost: string[];
  /** Lines of values in typographic quotes. */
  readonly quoted: number[];
  /** Lines that are indented by tabs. */
  readonly tabs: number[];
  readonly templates: { readonly line: number; readonly expression: string }[];
}

function isPlainApartFromQuotes(text: string): boolean {
  return /^[\u0000-\u007f\u2018-\u201f\u00ab\u00bb\u2039\u203a]*$/.test(text);
}

function quotedFinding(lines: readonly number[]): Finding[] {
  if (lines.length === 0) return [];
  const message = `has values in typographic quotes (${linesText(lines)}), which YAML takes for part of the text`;
  return [fileFinding(message, lines[0], "write ' or \"")];
}

function tabsFinding(lines: readonly number[]): Finding[] {
  if (lines.length === 0) return [];
  return [fileFinding(`is indented by tabs (${linesText(lines)}), which YAML does not allow`, lines[0], fixFor('TAB_AS_INDENT'))];
}

function templateFinding(found: State['templates']): Finding[] {
  if (found.length === 0) return [];
  const lines = [...new Set(found.map(({ line }) => line))];
  const message = `holds template expressions such as ${found[0].expression} (${linesText(lines)}); the tools fill in nothing`;
  return [fileFinding(message, found[0].line, 'render the template first, such as by helm template')];
}

/** The tools tell kinds by their names alone, and take a Cluster of Cluster API for one of theirs. */
function withoutClusterApi(documents: readonly ParsedDocument[]): { findings: Finding[]; kept: ParsedDocument[] } {
  const isForeign = ({ content: { kind, apiVersion } }: ParsedDocument) => (
    kind === 'Cluster' && /^cluster\.x-k8s\.io\//.test(String(apiVersion))
  );
  const foreign = documents.filter(isForeign);
  return {
    kept: documents.filter((document) => !isForeign(document)),
    findings: foreign.map(({ content: { apiVersion }, lines }): Finding => fileFinding(
      `holds a Cluster of Cluster API (${String(apiVersion)}), which the tools take for one of theirs`,
      lines.get('.kind') ?? lines.get(''),
      'remove it; the Cluster of EKS Anywhere has apiVersion anywhere.eks.amazonaws.com/v1alpha1',
      'P7',
    )),
  };
}

/** Told before anything is read, so that a wrong file costs neither time nor memory. */
function* tooLarge(text: string): Iterable<Finding> {
  const finding = (message: string): Finding => fileFinding(message, 1, 'give the file that describes one cluster');
  if (text.length > MAX_CHARACTERS) yield finding(`has ${text.length} characters; at most ${MAX_CHARACTERS} are read`);
  else if (text.split('\n').length > MAX_LINES) yield finding(`has more than ${MAX_LINES} lines`);
}

function parsePiece(piece: Piece, state: State): ParsedDocument[] {
  const template = templateOf(piece.text, piece.firstLine);
  const read = readTabbed(template?.text ?? piece.text);
  const lineAt = (offset: number) => piece.firstLine + read.counter.linePos(offset).line - 1;
  const { parsed, error, text } = read;
  if (error) {
    state.findings.push(fileFinding(`is no YAML: ${syntaxError(error.message)}`, lineAt(error.pos[0]), fixFor(error.code)));
    state.lost.push(text);
    return [];
  }
  state.tabs.push(...read.tabs.map((line) => piece.firstLine + line));
  state.findings.push(...[...unreadableCharacters(text), ...strayTabs(text, parsed)].map(({ offset, message }) => (
    fileFinding(message, lineAt(offset))
  )));
  if (parsed.contents === null) return [];
  if (isScalar(parsed.contents) && plainValue(parsed.contents) === null) return [];
  const targets = aliasTargets(parsed);
  const walker = new Walker(lineAt, (node) => isAlias(node) ? targets.get(node) : node);
  const content = walker.value(parsed.contents, '');
  if (!isMap(parsed.contents)) {
    state.findings.push(fileFinding('holds a document that is no object', lineAt(parsed.contents.range?.[0] ?? 0)));
    state.lost.push(text);
    return [];
  }
  state.quoted.push(...walker.quoted);
  const unknown = template ? templatedPlaces(content, '') : [];
  if (template && (template.hasLines || unknown.length > 0)) state.templates.push(...template.found);
  const document = { content: content as Record<string, unknown>, lines: walker.lines, findings: walker.findings, unknown };
  const list = itemsOf(document);
  if (!list) return [document];
  state.findings.push(list.finding);
  return list.items;
}

interface ReadYaml {
  readonly text: string;
  readonly parsed: Document;
  readonly counter: LineCounter;
  /** The first error: what follows it is read in its light, and mostly wrong. */
  readonly error?: Document['errors'][number];
  /** Lines, from 0, whose tabs were taken for indentation. */
  readonly tabs: readonly number[];
}

function readYaml(text: string, tabs: readonly number[] = []): ReadYaml {
  const counter = new LineCounter();
  // All scalars stay text here; what an unquoted one means is decided by resolvePlainScalar.
  const parsed = parseDocument(text, {
    schema: 'failsafe',
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    lineCounter: counter,
    logLevel: 'error',
    prettyErrors: false,
  });
  return { text, parsed, counter, tabs, error: parsed.errors.find(({ code }) => code !== 'MULTIPLE_DOCS') };
}

/** Where tabs alone keep a text from being YAML, it is read as if they were blanks. */
function readTabbed(text: string): ReadYaml {
  const asWritten = readYaml(text);
  const blank = asWritten.error?.code === 'TAB_AS_INDENT' ? withBlanks(text) : undefined;
  if (blank === undefined) return asWritten;
  const read = readYaml(blank, text.split('\n').flatMap((line, at) => line.startsWith('\t') ? [at] : []));
  return read.error ? asWritten : read;
}

function fixFor(code: string): string | undefined {
  return code === 'TAB_AS_INDENT' ? 'indent by blanks' : undefined;
}

/** Places below a value that hold an expression; annotations may. */
function templatedPlaces(value: unknown, path: string): string[] {
  if (path === '.metadata.annotations') return [];
  if (isTemplated(value)) return [path];
  if (typeof value !== 'object' || value === null) return [];
  const step = (key: string) => Array.isArray(value) ? `[${key}]` : `.${key}`;
  return Object.entries(value).flatMap(([key, inner]) => templatedPlaces(inner, `${path}${step(key)}`));
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

