/**
 * How documents become text: LF, separators of exactly `---` (the tools split on nothing else), every string quoted
 * that some reader of YAML could take for another type, keys in the order given.
 */
import { Document, Scalar, visit } from 'yaml';
import { needsQuotes } from './scalar';

/** Text of several lines that a block can hold without its blanks being taken for indentation: a certificate, a policy. */
const PLAIN_BLOCK = /^(\S|\S.*\S)(\n|\n *(\S|\S.*\S))*\n?$/;

/** Several documents as one file. Fields that are undefined are left out. */
export function toYaml(documents: readonly object[]): string {
  return documents.map(oneDocument).join('---\n');
}

function oneDocument(content: object): string {
  const document = new Document(content, { version: '1.2', aliasDuplicateObjects: false, keepUndefined: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string') return;
      if (needsQuotes(node.value) || (node.value.includes('\n') && !PLAIN_BLOCK.test(node.value))) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: false, indentSeq: true });
}
