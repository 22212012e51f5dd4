import { readFileSync } from 'node:fs';
import type { Construct } from 'constructs';
import { declarativeReader } from '../../../private/bundle';
import type { DeclarativeConfigOptions } from '../../declarative-config';
import { requirePlugin } from '../kong-helm/refusals';
import type { KongChart } from '../plane/kong-chart';
import type { ConfiguredReference } from '../plane/reference-check';
import { DeployedValues } from './deployed-values';

/** The result of the gateway's reader of declarative files. */
interface Reading {
  readonly errors: readonly { readonly line: number; readonly path: string; readonly message: string }[];
  readonly entities: readonly unknown[];
  /** Entity types in writing order: the Job deletes in the reverse order. */
  readonly types: readonly unknown[];
  readonly plugins: readonly UsedPlugin[];
  readonly references: readonly FileReference[];
}

interface UsedPlugin {
  readonly name: string;
  readonly enabled: boolean;
  readonly path: string;
  readonly line: number;
}

/** A reference to a secret, as the reader gives it. */
type FileReference = Omit<ConfiguredReference, 'place'> & { readonly path: string; readonly line: number };

interface DeclarativeConfiguration {
  /** What the Job applies. */
  readonly text: string;
  readonly references: readonly ConfiguredReference[];
  /** Plugins that data planes have to run, with the place where each is named first. */
  readonly plugins: ReadonlyMap<string, string>;
}

/** kubectl keeps a copy in an annotation, of which Kubernetes allows 256 KiB; the Lambda functions that pass it on have a similar limit. */
const MAX_BYTES = 100_000;

/**
 * Validates a declarative configuration with the gateway's own schemas.
 *
 * @throws Error that lists all errors with their lines
 */
export function declarativeConfiguration(
  scope: Construct, { file, inline }: DeclarativeConfigOptions, chart: KongChart | undefined,
): DeclarativeConfiguration {
  if ((file === undefined) === (inline === undefined)) {
    const got = file === undefined ? 'neither file nor inline' : 'inline as well';
    throw new Error(`file: got ${got}, expected one of the two: give a path, or an object`);
  }
  const property = file === undefined ? 'inline' : 'file';
  const place = (line: number) => file === undefined ? '' : `${file}:${line}: `;
  const { reading, settle } = file === undefined
    ? readInline(scope, inline!, chart) : { reading: readText(textOf(file), chart), settle: (json: string) => json };
  const { errors, entities, types, plugins, references } = reading;
  if (errors.length > 0) {
    const lines = errors.map(({ line, path, message }) => `  ${place(line)}${path ? `${path}: ` : ''}${message}`);
    const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
    throw new Error(`${property}: got ${count}, expected a configuration that the gateway accepts:\n${lines.join('\n')}`);
  }
  for (const { name, path, line } of plugins) requirePlugin(chart, `${property}: ${place(line)}${path}`, name);
  const text = settle(JSON.stringify({ entities, types }));
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    throw new Error(`${property}: got ${bytes} bytes, expected at most ${MAX_BYTES}: split it into several, each with its own id`);
  }
  const placed = references.map(({ path, line, ...reference }) => ({ ...reference, place: `${place(line) || 'inline: '}${path}` }));
  const running = plugins.filter(({ enabled }) => enabled).reverse();
  const firstPlaces = new Map(running.map(({ name, path, line }) => [name, `${property}: ${place(line)}${path}`]));
  return { text, references: placed, plugins: firstPlaces };
}

interface SettledReading {
  readonly reading: Reading;
  /** Puts what is known at deployment only into the text. */
  readonly settle: (json: string) => string;
}

/** What a text begins with that is known at deployment only is taken for a host, and where that cannot be, for a URL. */
function readInline(scope: Construct, inline: object, chart: KongChart | undefined): SettledReading {
  let values = new DeployedValues(scope, inline, new Set());
  let reading = readText(JSON.stringify(values.configuration()), chart, values.standIns);
  // The short form `url` is taken apart before it is judged.
  const wrong = new Set(reading.errors.map(({ path }) => path));
  const urls = new Set([...values.open].filter((path) => wrong.has(path) || path.endsWith('.url')));
  if (wrong.size > 0 && urls.size > 0) {
    values = new DeployedValues(scope, inline, urls);
    reading = readText(JSON.stringify(values.configuration()), chart, values.standIns);
  }
  return { reading, settle: (text) => values.settle(text) };
}

function readText(text: string, chart: KongChart | undefined, laterValues: readonly string[] = []): Reading {
  const read = declarativeReader() as (source: string, options: { takesAnyPlugin: boolean; laterValues: readonly string[] }) => Reading;
  return read(text, { takesAnyPlugin: chart !== undefined, laterValues });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as Error).message;
    const fix = 'give a path relative to the folder that the app runs in, or an absolute one';
    throw new Error(`file: cannot read ${JSON.stringify(file)}: ${reason}; ${fix}`);
  }
}
