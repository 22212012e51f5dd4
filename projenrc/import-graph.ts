/** The import graph of the sources as TypeScript reads them: type imports count. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import * as ts from 'typescript';

/** One import of one file by another, both relative to the repository. */
export interface Import {
  readonly file: string;
  readonly imported: string;
  /** Whether nothing is left of it in JavaScript. */
  readonly isType: boolean;
}

/** File → its imports. */
export type SourceGraph = ReadonlyMap<string, readonly Import[]>;

const ROOMS = ['src', 'gateway', 'cli'];

/** Every source of constructs, gateway and command line, suites and what only they use apart: those look at the code from outside. */
export function sourceFiles(root: string): readonly string[] {
  return globSync(ROOMS.map((room) => `${room}/**/*.ts`), { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/(^|\/)(node_modules|test|reference)\/|\.(test|testing)\.ts$|\/testing\.ts$|\.d\.ts$/.test(file))
    .sort();
}

/** @param root folder of the repository */
export function readSourceGraph(root: string, files = sourceFiles(root)): SourceGraph {
  const known = new Set(files);
  return new Map(files.map((file) => [file, importsIn(file, readFileSync(join(root, file), 'utf8'), (path) => known.has(path))]));
}

/** @param isFile whether a path relative to the repository is a source */
export function importsIn(file: string, text: string, isFile: (path: string) => boolean): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isType: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith('.')) return;
    const path = posix.join(posix.dirname(file), specifier.text);
    const imported = [path, `${path}.ts`, `${path}/index.ts`].find(isFile);
    if (imported) found.push({ file, imported, isType });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

/** `import type { A }`, or `import { type A }`. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  return !name && !!namedBindings && ts.isNamedImports(namedBindings) && namedBindings.elements.every((element) => element.isTypeOnly);
}
