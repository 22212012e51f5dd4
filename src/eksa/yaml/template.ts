/** Expressions of templates that were not rendered: `{{ .Values.name }}`. */
import { isKnownKind } from '../schema/kinds';

interface Template {
  /** The text with every value that holds an expression in quotes, and without lines that are one alone. */
  readonly text: string;
  /** Whether lines are expressions alone, which no reader takes. */
  readonly hasLines: boolean;
  readonly found: readonly { readonly line: number; readonly expression: string }[];
}

const EXPRESSION = /\{\{.*?\}\}/;
/** A line of nothing but expressions: conditions, loops, what is included. */
const ALONE = /^\s*(\{\{.*?\}\}\s*)+$/;
/** A value that starts with an expression, or has one behind its first character: without quotes it is an object, or no YAML. */
const VALUE = /^(\s*(?:- +)*(?:[\w./-]+: +|- +))([^'"|>#\s].*)$/;

/** Where a document holds expressions; undefined where it is meant to: the tools fill in templates of Tinkerbell themselves. */
export function templateOf(text: string, firstLine: number): Template | undefined {
  if (!text.includes('{{')) return undefined;
  const [, kind] = /^kind: *['"]?(\w+)/m.exec(text) ?? [];
  if (kind === 'TinkerbellTemplateConfig' || !isKnownKind(kind)) return undefined;
  const found: Template['found'][number][] = [];
  let hasLines = false;
  let block = -1;
  const lines = text.split('\n').map((line, at) => {
    const indent = line.search(/\S/);
    if (indent < 0) return line;
    // Text of several lines, such as an audit policy, may hold what it likes.
    if (block >= 0 && indent > block) return line;
    block = /(:|-) +[|>][-+\d]*\s*$/.test(line) ? indent : -1;
    const [expression] = EXPRESSION.exec(line.replace(/(^|\s)#.*$/, '')) ?? [];
    if (expression === undefined) return line;
    found.push({ line: firstLine + at, expression });
    if (ALONE.test(line)) {
      hasLines = true;
      return '';
    }
    return line.replace(VALUE, (_all, before: string, value: string) => `${before}${JSON.stringify(value)}`);
  });
  return found.length === 0 ? undefined : { text: lines.join('\n'), hasLines, found };
}

/** Whether a value holds an expression. */
export function isTemplated(value: unknown): boolean {
  return typeof value === 'string' && EXPRESSION.test(value);
}
