/** State files as text. */
import { stringify } from 'yaml';

export const FORMATS = ['yaml', 'json'] as const;

export function stateText(document: object, format: typeof FORMATS[number]): string {
  if (format === 'json') return `${JSON.stringify(document, undefined, 2)}\n`;
  // Readers of YAML 1.1, decK among them, take more words for booleans and numbers: those are quoted, too.
  return stringify(document, { compat: 'yaml-1.1', lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false });
}
