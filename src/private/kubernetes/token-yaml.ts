import { Token } from 'aws-cdk-lib';
import { Document, Scalar, visit } from 'yaml';

/**
 * YAML whose tokens CloudFormation resolves in place. Text with a token is quoted, because it is unknown whether YAML
 * would read the bare value as text.
 *
 * @param documents plain data whose strings may hold tokens
 */
export function yamlWithTokens(documents: readonly unknown[]): string {
  return documents.map(oneDocument).join('---\n');
}

function oneDocument(content: unknown): string {
  const document = new Document(content, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (Token.isUnresolved(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 });
}
