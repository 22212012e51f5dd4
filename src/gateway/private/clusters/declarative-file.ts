import { readFileSync } from 'node:fs';
import { declarativeReader } from '../../../private/bundle';
import type { DeclarativeConfigOptions } from '../../declarative-config';
import { requirePlugin } from '../kong-helm/refusals';
import type { KongChart } from '../plane/kong-chart';

/** What the gateway's reader of declarative files says of one. */
interface Reading {
  readonly errors: readonly { readonly line: number; readonly path: string; readonly message: string }[];
  readonly entities: readonly unknown[];
  /** Entity types in writing order: the Job deletes in the reverse order. */
  readonly types: readonly unknown[];
  readonly plugins: readonly { readonly name: string; readonly path: string; readonly line: number }[];
}

/** What applies it keeps a copy in an annotation, of which Kubernetes takes 256 KiB, and gets the template's part through functions that take as much at once. */
const MAX_BYTES = 100_000;

/**
 * Checks a declarative configuration with the gateway's own schemas.
 *
 * @returns the text that the Job applies
 * @throws Error that lists everything that is wrong with the lines of the file
 */
export function declarativeText({ file, inline }: DeclarativeConfigOptions, chart: KongChart | undefined): string {
  if ((file === undefined) === (inline === undefined)) throw new Error(`file: got ${file === undefined ? 'neither file nor inline' : 'inline as well'}, expected one of the two: give a path, or an object`);
  const property = file === undefined ? 'inline' : 'file';
  const place = (line: number) => file === undefined ? '' : `${file}:${line}: `;
  const read = declarativeReader() as (text: string, options: { takesUnknownPlugins: boolean }) => Reading;
  const { errors, entities, types, plugins } = read(file === undefined ? JSON.stringify(inline) : textOf(file), { takesUnknownPlugins: chart !== undefined });
  if (errors.length > 0) {
    const lines = errors.map(({ line, path, message }) => `  ${place(line)}${path ? `${path}: ` : ''}${message}`);
    throw new Error(`${property}: got ${errors.length} thing${errors.length > 1 ? 's' : ''} that the gateway would refuse:\n${lines.join('\n')}`);
  }
  for (const { name, path, line } of plugins) requirePlugin(chart, `${property}: ${place(line)}${path}`, name);
  const text = JSON.stringify({ entities, types });
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) throw new Error(`${property}: got ${bytes} bytes, expected at most ${MAX_BYTES}: split it into several, each with an id of its own`);
  return text;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`file: cannot read ${JSON.stringify(file)}: ${(error as Error).message}; give a path from the folder that the app runs in, or an absolute one`);
  }
}
