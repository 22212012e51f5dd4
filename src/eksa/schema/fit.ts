/** Fits a plain value into a shape: says what does not fit, and returns the part that does. */
import { nearestName } from '../../private/input/nearest-name';
import { oneOf, asWritten } from '../finding';
import { parseDurationMs } from '../syntax/duration';
import { isQuantity } from '../syntax/quantity';
import type { ListShape, MapShape, NumberShape, ObjectShape, Shape, TextShape } from './shape';

/** One place where a value does not fit. */
export interface Misfit {
  /** `missing` is left to a more specific rule where one speaks about the same place. */
  readonly kind: 'unknown' | 'type' | 'value' | 'missing';
  readonly path: string;
  readonly message: string;
  readonly fix?: string;
}

interface Fitting {
  /** The value without the parts that do not fit. */
  readonly value: unknown;
  readonly misfits: readonly Misfit[];
}

/** Maximum number of known fields in the message about an unknown one; a longer list would not help. */
const LISTED_FIELDS = 8;

/** What no integer of the tools' types holds any more. */
const LARGEST_INTEGER = 2 ** 63;

const FORMATS = {
  duration: { isValid: (text: string) => parseDurationMs(text) !== undefined, example: 'a duration such as 10m0s' },
  time: {
    isValid: (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
    example: 'a time such as 2026-11-21T12:00:00Z',
  },
} as const;

/** @param path of the value, for messages and for the paths of misfits */
export function fit(shape: Shape, value: unknown, path: string): Fitting {
  const misfits: Misfit[] = [];
  return { value: fitted(shape, value, path, misfits), misfits };
}

function fitted(shape: Shape, value: unknown, path: string, misfits: Misfit[]): unknown {
  switch (shape.type) {
    case 'free':
      return value;
    case 'object':
      return fittedObject(shape, value, path, misfits);
    case 'map':
      return fittedMap(shape, value, path, misfits);
    case 'list':
      return fittedList(shape, value, path, misfits);
    case 'text':
      return fittedText(shape, value, path, misfits);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrongType('true or false', value, path, misfits);
    case 'integer or text':
      return typeof value === 'string' || Number.isInteger(value) ? value : wrongType('an integer or text', value, path, misfits);
    case 'quantity':
      return isQuantity(String(value)) ? value : wrongType('an amount such as 100m or 1Gi', value, path, misfits);
    default:
      return fittedNumber(shape, value, path, misfits);
  }
}

function fittedObject(shape: ObjectShape, value: unknown, path: string, misfits: Misfit[]): unknown {
  if (!isRecord(value)) return wrongType('an object', value, path, misfits);
  const result: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    const at = `${path}.${name}`;
    if (!Object.hasOwn(shape.fields, name)) misfits.push(unknownField(shape, name, at));
    // A null means that the field is absent, here as in the tools.
    else if (content !== null && content !== undefined) set(result, name, fitted(shape.fields[name], content, at, misfits));
  }
  for (const name of shape.required) {
    const given = value[name];
    if (given === undefined || given === null) {
      misfits.push({ kind: 'missing', path: `${path}.${name}`, message: 'is required', fix: `add ${name}` });
    }
  }
  return result;
}

function unknownField(shape: ObjectShape, name: string, path: string): Misfit {
  const names = Object.keys(shape.fields);
  // Names of fields are short: at most two edits away.
  const known = nearestName(name, names, Math.min(2, Math.floor(name.length / 3)));
  return {
    kind: 'unknown',
    path,
    message: `is no field of this object${known || names.length > LISTED_FIELDS ? '' : `; it has ${names.join(', ') || 'none'}`}`,
    fix: known ? `did you mean '${known}'?` : `remove '${name}'`,
  };
}

function fittedMap(shape: MapShape, value: unknown, path: string, misfits: Misfit[]): unknown {
  if (!isRecord(value)) return wrongType('an object', value, path, misfits);
  const result: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    set(result, name, fitted(shape.values, content ?? null, `${path}.${name}`, misfits));
  }
  return result;
}

function fittedList(shape: ListShape, value: unknown, path: string, misfits: Misfit[]): unknown {
  if (!Array.isArray(value)) return wrongType('a list', value, path, misfits);
  if (shape.maxItems !== undefined && value.length > shape.maxItems) {
    misfits.push({ kind: 'value', path, message: `has ${value.length} entries; at most ${shape.maxItems} are allowed` });
  }
  return value.map((item, at) => fitted(shape.items, item, `${path}[${at}]`, misfits)).filter((item) => item !== undefined);
}

function fittedText(shape: TextShape, value: unknown, path: string, misfits: Misfit[]): unknown {
  if (typeof value !== 'string') return wrongType('text', value, path, misfits);
  if (shape.values && !shape.values.includes(value)) {
    misfits.push({ kind: 'value', path, message: `is ${asWritten(value)}; expected ${oneOf(shape.values)}` });
    return undefined;
  }
  const expected = shape.format && !FORMATS[shape.format].isValid(value) ? FORMATS[shape.format].example : undefined;
  if (!expected) return value;
  misfits.push({ kind: 'value', path, message: `is ${asWritten(value)}; expected ${expected}` });
  return undefined;
}

function fittedNumber(shape: NumberShape, value: unknown, path: string, misfits: Misfit[]): unknown {
  const isFit =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (shape.type === 'number' || (Number.isInteger(value) && Math.abs(value) < LARGEST_INTEGER));
  if (!isFit) return wrongType(shape.type === 'number' ? 'a number' : 'an integer', value, path, misfits);
  if (value < (shape.minimum ?? -Infinity) || value > (shape.maximum ?? Infinity)) {
    misfits.push({
      kind: 'value',
      path,
      message: `is ${value}; expected ${shape.minimum ?? 'no lower bound'} to ${shape.maximum ?? 'no upper bound'}`,
    });
    return undefined;
  }
  return value;
}

function wrongType(expected: string, value: unknown, path: string, misfits: Misfit[]): undefined {
  const isUnquoted = expected === 'text' && (typeof value === 'number' || typeof value === 'boolean' || value === null);
  misfits.push({
    kind: 'type',
    path,
    message: `is ${described(value)}; expected ${expected}`,
    fix: isUnquoted ? 'put it in quotes: YAML reads it as something else than text' : undefined,
  });
  return undefined;
}

function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  return typeof value === 'string' ? `the text ${asWritten(value)}` : asWritten(value);
}

function set(target: Record<string, unknown>, name: string, value: unknown) {
  if (value !== undefined) Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
