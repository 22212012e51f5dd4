/** Parses YAML within bounds: depth, repeated keys and values that aliases multiply cost no more than the text itself. */
import { Composer, Lexer, LineCounter, Parser, isCollection, isMap, isScalar } from 'yaml';
import type { Document } from 'yaml';

import { scalarsOfYaml11 } from './yaml-scalars.ts';

/** A place in a text where it is no valid YAML. */
export interface YamlError {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface YamlDocument {
  readonly document: Document;
  readonly errors: readonly YamlError[];
  /** @param offset in the text. @returns the line, from 1 */
  lineAt(offset: number): number;
}

/** Deepest nesting of lists and maps. Programs recurse over configurations; more could exhaust the stack. */
export const MAX_LEVELS = 1_000;

/** Entries of the parser's stack for one level: the collection and the item in it that is being read. */
const STACK_OF_LEVEL = 2;

/** @returns undefined for a text that is nested too deep */
export function parseYaml(text: string): YamlDocument | undefined {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  // The library compares each key with each other one: repeated keys are found below.
  const composer = new Composer({ prettyErrors: false, merge: true, uniqueKeys: false, customTags: scalarsOfYaml11 });
  try {
    const documents = [...composer.compose(tokensOf(text, lines), true, text.length)];
    const document = documents[0] as Document;
    const errors = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message }));
    if (documents.length > 1) errors.push({ line: lineAt(documents[1]!.range[0]), message: 'expected one document, got several' });
    return { document, lineAt, errors: errors.length > 0 ? errors : repeatedKeys(document, lineAt) };
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
}

class TooDeep extends Error {}

function* tokensOf(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_LEVELS * STACK_OF_LEVEL) throw new TooDeep();
  }
  yield* parser.end();
}

function repeatedKeys(document: Document, lineAt: (offset: number) => number): readonly YamlError[] {
  const errors: YamlError[] = [];
  const visit = (node: unknown): void => {
    if (!isCollection(node)) return;
    const seen = new Set<unknown>();
    for (const item of node.items) {
      if (!isMap(node)) {
        visit(item);
        continue;
      }
      const { key, value } = item as { readonly key: unknown; readonly value: unknown };
      const name = isScalar(key) ? key.value : key;
      // A map may merge several others.
      if (seen.has(name) && name !== '<<') {
        const [start = 0] = (key as { readonly range?: readonly number[] }).range ?? [];
        errors.push({ line: lineAt(start), message: `got the key ${JSON.stringify(name)} twice in one map, expected each key once` });
      }
      seen.add(name);
      visit(value);
    }
  };
  visit(document.contents);
  return errors;
}
