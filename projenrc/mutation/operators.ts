/** Finds the mutants of a source file: conditions, operators, literals, array items, return values and statements. */
import * as ts from 'typescript';
import type { Mutant } from './mutant';

type Found = Pick<Mutant, 'original' | 'replacement'> & { readonly node: ts.Node };

const OPERATORS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='], [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='], [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='], [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'], [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.MinusToken, '+'], [ts.SyntaxKind.AsteriskToken, '/'], [ts.SyntaxKind.SlashToken, '*'],
]);

const METHODS: ReadonlyMap<string, string> = new Map([
  ['some', 'every'], ['every', 'some'], ['startsWith', 'endsWith'], ['endsWith', 'startsWith'], ['min', 'max'], ['max', 'min'],
]);

/** Names of properties whose text is for people: no suite has to hold each word. */
const PROSE = new Set(['message', 'fix', 'why', 'title', 'description']);

/** All mutants of a file, in the order of the text; their numbers begin with `firstId`. */
export function mutantsOf(file: string, text: string, firstId: number): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: Found[] = [];
  const visit = (node: ts.Node) => {
    if (isWithoutCode(node)) return;
    found.push(...changesOf(node));
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found.map(({ node, original, replacement }, at) => ({
    id: firstId + at,
    file,
    line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
    place: placeOf(node),
    isAtTop: isAtTop(node),
    start: node.getStart(),
    end: node.getEnd(),
    original,
    replacement,
  }));
}

function isWithoutCode(node: ts.Node): boolean {
  return ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isInterfaceDeclaration(node)
    || ts.isTypeAliasDeclaration(node) || (ts.isPropertyAssignment(node) && PROSE.has(node.name.getText()))
    // What an error says is prose as well; whether it is thrown is decided by the condition around it.
    || ts.isThrowStatement(node);
}

function changesOf(node: ts.Node): Found[] {
  const original = node.getText();
  const replace = (...replacements: readonly string[]): Found[] => replacements.map((replacement) => ({ node, original, replacement }));
  if (isCondition(node)) return replace('true', ...isEndless(node) ? [] : ['false']).concat(operatorChanges(node, false));
  if (ts.isBinaryExpression(node)) return operatorChanges(node, true);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return replace(node.operand.getText());
  if (ts.isNumericLiteral(node) && !isName(node)) return replace(`${Number(node.text.replaceAll('_', '')) + 1}`);
  if (node.kind === ts.SyntaxKind.TrueKeyword && isValue(node)) return replace('false');
  if (node.kind === ts.SyntaxKind.FalseKeyword && isValue(node)) return replace('true');
  if (ts.isStringLiteral(node) && isCompared(node)) return replace(node.text === '' ? '\'mutated\'' : '\'\'');
  if (ts.isArrayLiteralExpression(node) && !isTarget(node)) return replace(...withoutOne(node));
  if (ts.isCallExpression(node)) return replace(...otherMethod(node));
  if (ts.isExpressionStatement(node) && !isDirective(node)) return [{ node, original }];
  if (isReturned(node)) return replace('undefined');
  return [];
}

/** `a < b` to `a <= b`, `a && b` to `a || b`, `a` and `b`, `a ?? b` to `a`. */
function operatorChanges(node: ts.Node, isWhole: boolean): Found[] {
  if (!ts.isBinaryExpression(node)) return [];
  const [left, right, kind] = [node.left.getText(), node.right.getText(), node.operatorToken.kind];
  const replacements: string[] = [];
  const operator = OPERATORS.get(kind);
  const isEquality = kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
  // As a condition, an equality is covered by true and false.
  if (operator && (isWhole || !isEquality)) replacements.push(`${left} ${operator} ${right}`);
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken) replacements.push(left, right);
  if (kind === ts.SyntaxKind.QuestionQuestionToken) replacements.push(left);
  return replacements.map((replacement) => ({ node, original: node.getText(), replacement }));
}

function isCondition(node: ts.Node): boolean {
  const { parent } = node;
  return ((ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node)
    || ((ts.isConditionalExpression(parent) || ts.isForStatement(parent)) && parent.condition === node);
}

function isEndless(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.TrueKeyword;
}

function isValue(node: ts.Node): boolean {
  return !ts.isLiteralTypeNode(node.parent);
}

function isName(node: ts.Node): boolean {
  const { parent } = node;
  return (ts.isPropertyAssignment(parent) || ts.isEnumMember(parent)) && parent.name === node;
}

/** Text that code compares or looks up: an operand, an argument, an item of a list. */
function isCompared(node: ts.StringLiteral): boolean {
  const { parent } = node;
  return (ts.isBinaryExpression(parent) && parent.operatorToken.kind !== ts.SyntaxKind.PlusToken) || ts.isCaseClause(parent)
    || (ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.expression));
}

function isTarget(node: ts.Node): boolean {
  const { parent } = node;
  const isAssigned = ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isAssigned || ts.isForOfStatement(parent);
}

function withoutOne(node: ts.ArrayLiteralExpression): string[] {
  const items = node.elements.map((element) => element.getText());
  return items.map((_, dropped) => `[${items.filter((__, at) => at !== dropped).join(', ')}]`);
}

function otherMethod({ expression, ...call }: ts.CallExpression): string[] {
  if (!ts.isPropertyAccessExpression(expression)) return [];
  const other = METHODS.get(expression.name.text);
  // A part of an optional chain cannot be put in brackets.
  if (!other || expression.flags & ts.NodeFlags.OptionalChain) return [];
  const args = call.arguments.map((each) => each.getText()).join(', ');
  return [`${expression.expression.getText()}.${other}(${args})`];
}

function isDirective(node: ts.ExpressionStatement): boolean {
  return ts.isStringLiteral(node.expression);
}

function isReturned(node: ts.Node): boolean {
  return ts.isReturnStatement(node.parent) && ts.isExpression(node) && node.getText() !== 'undefined';
}

function placeOf(node: ts.Node): string {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if ((ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at) || ts.isAccessor(at)) && at.name) return at.name.getText();
    if (ts.isConstructorDeclaration(at)) return 'constructor';
    if (!ts.isVariableDeclaration(at) && !ts.isPropertyDeclaration(at)) continue;
    if (isFunction(at.initializer) || (ts.isVariableDeclaration(at) && ts.isSourceFile(at.parent.parent.parent))) return at.name.getText();
  }
  return '-';
}

function isAtTop(node: ts.Node): boolean {
  for (let at: ts.Node = node; at; at = at.parent) if (ts.isFunctionLike(at)) return false;
  return true;
}

function isFunction(node: ts.Node | undefined): boolean {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
}
