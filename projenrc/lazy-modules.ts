/**
 * Makes the compiled library load a module when something of it is used, instead of at the start: a program that has one
 * cluster does not pay for load balancers, databases and logs. aws-cdk-lib does the same to itself. Runs after jsii; what
 * it has changed, it leaves alone.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as ts from 'typescript';

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `const x = require('y')` becomes a function that requires once, and each use of `x` a call of it. */
export function lazyRequires(source: string): string {
  const file = ts.createSourceFile('module.js', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const required = new Map(file.statements.flatMap((statement) => {
    const found = requiredBy(statement);
    return found && isSafe(file, found.name) ? [[found.name.text, { ...found, statement }] as const] : [];
  }));
  const changes: Change[] = [...required.values()].map(({ name, load, statement }) => ({
    start: statement.getStart(),
    end: statement.getEnd(),
    text: `let ${name.text}_loaded; const ${name.text} = () => ${name.text}_loaded ??= ${load};`,
  }));
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && required.has(node.text) && isUse(node)) {
      // In brackets for `new x.Y()`.
      changes.push({ start: node.getStart(), end: node.getEnd(), text: `(${node.text}())` });
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of file.statements) if (!requiredBy(statement)) visit(statement);
  return changed(source, changes);
}

/** What a statement assigns, and the text that loads it. */
function requiredBy(statement: ts.Statement): { readonly name: ts.Identifier; readonly load: string } | undefined {
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1) return undefined;
  const [{ name, initializer }] = statement.declarationList.declarations;
  const isRequire = initializer !== undefined && /^(__importStar\()?require\("[^"]+"\)\)?$/.test(initializer.getText());
  return isRequire && ts.isIdentifier(name) ? { name, load: initializer.getText() } : undefined;
}

/** Whether each identifier of the file with this name is the module: it is declared once, and never a property by its bare name. */
function isSafe(file: ts.SourceFile, { text }: ts.Identifier): boolean {
  let declarations = 0;
  let isShorthand = false;
  const visit = (node: ts.Node): void => {
    const { name } = node as { readonly name?: ts.Node };
    const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)
      || ts.isFunctionLike(node) && !ts.isMethodDeclaration(node) || ts.isClassLike(node);
    if (declares && name && ts.isIdentifier(name) && name.text === text) declarations += 1;
    if (ts.isShorthandPropertyAssignment(node) && node.name.text === text) isShorthand = true;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return declarations === 1 && !isShorthand;
}

/** Not the name of a property, as in `other.x` and `{ x: 1 }`. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !(ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent)
    || ts.isGetAccessor(parent) || ts.isSetAccessor(parent)) || parent.name !== node;
}

function changed(source: string, changes: readonly Change[]): string {
  return [...changes].sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: replacement }) => text.slice(0, start) + replacement + text.slice(end), source);
}

/**
 * An index that re-exports modules, with a getter for each name. The index also has the names as text, for programs that are
 * ES modules: Node.js finds names of exports without running the file.
 * @param namesOf what a module exports
 */
export function lazyIndex(source: string, namesOf: (path: string) => readonly string[]): string {
  const modules = [...source.matchAll(/^__exportStar\(require\("([^"]+)"\), exports\);$/gm)].map(([, path]) => path!);
  if (modules.length === 0) return source;
  const names = modules.flatMap((path) => namesOf(path).map((name) => ({ name, path })));
  return [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    `${names.map(({ name }) => `exports.${name}`).join(' = ')} = void 0;`,
    'function lazily(name, load) {',
    '  Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => {',
    '    const value = load()[name];',
    '    Object.defineProperty(exports, name, { enumerable: true, configurable: true, value });',
    '    return value;',
    '  } });',
    '}',
    ...names.map(({ name, path }) => `lazily("${name}", () => require("${path}"));`),
    '',
  ].join('\n');
}

function main(): void {
  const library = join(__dirname, '..', 'lib');
  const files = readdirSync(library, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && !file.startsWith('bundle'))
    .map((file) => join(library, file));
  for (const file of files) writeFileSync(file, lazyRequires(readFileSync(file, 'utf8')));
  const index = join(library, 'index.js');
  const load = createRequire(index);
  writeFileSync(index, lazyIndex(readFileSync(index, 'utf8'), (path) => Object.keys(load(path)).filter((name) => name !== '__esModule')));
}

if (require.main === module) main();
