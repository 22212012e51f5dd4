/** Values as TypeScript expressions, laid out as a person would. */

/** The modules that programs import from. */
export const LIBRARY = 'cdk-hybridge';
export const CDK = 'aws-cdk-lib';

/** An expression that is no literal, with the names that it needs. */
export class Expression {
  constructor(public readonly text: (indent: string) => string, public readonly imports: readonly Import[]) {}
}

interface Import {
  readonly from: string;
  readonly name: string;
}

/** Undefined properties are left out. */
export type Value = string | number | boolean | null | undefined | Expression | readonly Value[] | { readonly [name: string]: Value };

const LINE = 120;

export function write(value: Value, indent: string): string {
  if (value instanceof Expression) return value.text(indent);
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const parts = (at: string) =>
    Array.isArray(value) ? value.map((item: Value) => write(item, at)) : properties(value as Readonly<Record<string, Value>>, at);
  const flat = parts(indent);
  const padding = open === '{' && flat.length > 0 ? ' ' : '';
  const line = `${open}${padding}${flat.join(', ')}${padding}${close}`;
  if (!line.includes('\n') && indent.length + line.length <= LINE) return line;
  const inner = `${indent}  `;
  return `${open}\n${parts(inner).map((part) => `${inner}${part},\n`).join('')}${indent}${close}`;
}

/** `new Name(...)`, `Name.method(...)` with the class imported. Arguments that are undefined are left out. */
export function call(callee: string, args: readonly Value[], from: string): Expression {
  const given = args.filter((argument) => argument !== undefined);
  const name = callee.replace(/^new /, '').split('.')[0];
  return new Expression(
    (indent) => `${callee}(${given.map((argument) => write(argument, indent)).join(', ')})`,
    [{ from, name }, ...given.flatMap(importsOf)],
  );
}

/** A member of a class or enum, such as `TaintEffect.NO_SCHEDULE`. */
export function member(path: string, from: string): Expression {
  return new Expression(() => path, [{ from, name: path.split('.')[0] }]);
}

export function importsOf(value: Value): readonly Import[] {
  if (value instanceof Expression) return value.imports;
  return typeof value === 'object' && value !== null ? (Object.values(value) as Value[]).flatMap(importsOf) : [];
}

/** One statement a module, names sorted. */
export function importStatements(imports: readonly Import[]): string {
  const modules = [...new Set(imports.map(({ from }) => from))].sort();
  return modules
    .map(
      (from) =>
        'import { '
          + `${[...new Set(imports.filter((entry) => entry.from === from).map(({ name }) => name))].sort().join(', ')} } from '${from}';\n`,
    )
    .join('');
}

function properties(value: Readonly<Record<string, Value>>, indent: string): string[] {
  return Object.entries(value)
    .filter(([, content]) => content !== undefined)
    .map(([name, content]) => `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)}: ${write(content, indent)}`);
}

/** Several lines stay several lines. */
function quoted(value: string): string {
  if (value.includes('\n')) return `\`${value.replace(/[\\`]|\$(?=\{)/g, '\\$&').replace(/\r/g, '\\r')}\``;
  const escaped = JSON.stringify(value).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${escaped}'`;
}
