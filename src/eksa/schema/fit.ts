/** Fits a plain value into a shape: says what does not fit, and returns the part that does. */
import { oneOf, asWritten } from '../finding';
import { parseDurationMs } from '../syntax/duration';
import { isQuantity } from '../syntax/quantity';
import type { Advice, KindOfFile, Steps, UnknownField } from './place';
import { adviceFor, stepsText } from './place';
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

/** What no integer of the tools' types holds any more. */
const LARGEST_INTEGER = 2 ** 63;

const FORMATS = {
  duration: { isValid: (text: string) => parseDurationMs(text) !== undefined, example: 'a duration such as 10m0s' },
  time: {
    isValid: (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
    example: 'a time such as 2026-11-21T12:00:00Z',
  },
} as const;

/**
 * @param path of the value, for messages and for the paths of misfits
 * @param kinds of other documents, for fields that belong there
 * @returns the part of the value that fits; a field under a wrong name or in a wrong place counts where it was meant, if that is clear
 */
export function fit(shape: Shape, value: unknown, path: string, kinds: readonly KindOfFile[] = []): Fitting {
  const advice = new Map<string, Misfit>();
  let document = value;
  for (let round = 0; ; round++) {
    const judgement: Judgement = { path, misfits: [], unknown: [] };
    const fitting = fitted(shape, document, [], judgement);
    const news = judgement.unknown.filter((field) => !advice.has(pathOf(path, [...field.within, field.name])));
    if (news.length === 0 || round === ROUNDS || shape.type !== 'object') {
      return { value: fitting, misfits: [...advice.values(), ...judgement.misfits] };
    }
    const from = document;
    for (const field of news) {
      const given = adviceFor(field, shape, from, kinds, accepts);
      const misfit = unknownMisfit(path, field, given);
      advice.set(misfit.path, misfit);
      document = moved(document, field, given, shape);
    }
  }
}

/** What is moved may hold unknown fields of its own. */
const ROUNDS = 4;

/** What was found on the way through one value. */
interface Judgement {
  readonly path: string;
  readonly misfits: Misfit[];
  readonly unknown: UnknownField[];
}

function pathOf(path: string, steps: Steps): string {
  const text = stepsText(steps);
  return text === '' || text.startsWith('[') ? `${path}${text}` : `${path}.${text}`;
}

function unknownMisfit(path: string, { within, name }: UnknownField, { message, fix }: Advice): Misfit {
  return { kind: 'unknown', path: pathOf(path, [...within, name]), message: `is no field of this object${message}`, fix };
}

/** Whether a value has the type of a shape, its parts included. */
function accepts(shape: Shape, value: unknown): boolean {
  const judgement: Judgement = { path: '', misfits: [], unknown: [] };
  fitted(shape, value, [], judgement);
  return judgement.misfits.every(({ kind }) => kind === 'missing');
}

/** The document with the field where it was meant to be; as it was where that would not be right either. */
function moved(document: unknown, { value }: UnknownField, { meant }: Advice, root: Shape): unknown {
  return meant && accepts(shapeAt(root, meant), value) ? withValue(document, meant, (old) => old ?? value) : document;
}

function shapeAt(shape: Shape, steps: Steps): Shape {
  const [step, ...rest] = steps;
  if (step === undefined) return shape;
  if (shape.type === 'list') return shapeAt(shape.items, rest);
  return shape.type === 'object' ? shapeAt(shape.fields[step], rest) : shape;
}

/** A copy in which one value is another; objects on the way to it are made. */
function withValue(document: unknown, [step, ...rest]: Steps, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(document);
  if (typeof step === 'number') {
    return Array.isArray(document) ? document.map((item, at) => at === step ? withValue(item, rest, change) : item) : document;
  }
  if (document !== undefined && document !== null && !isRecord(document)) return document;
  return { ...document, [step]: withValue(document?.[step], rest, change) };
}

function fitted(shape: Shape, value: unknown, at: Steps, judgement: Judgement): unknown {
  switch (shape.type) {
    case 'free':
      return value;
    case 'object':
      return fittedObject(shape, value, at, judgement);
    case 'map':
      return fittedMap(shape, value, at, judgement);
    case 'list':
      return fittedList(shape, value, at, judgement);
    case 'text':
      return fittedText(shape, value, at, judgement);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrongType('true or false', value, at, judgement);
    case 'integer or text':
      return typeof value === 'string' || Number.isInteger(value) ? value : wrongType('an integer or text', value, at, judgement);
    case 'quantity':
      return isQuantity(String(value)) ? value : wrongType('an amount such as 100m or 1Gi', value, at, judgement);
    default:
      return fittedNumber(shape, value, at, judgement);
  }
}

function fittedObject(shape: ObjectShape, value: unknown, at: Steps, judgement: Judgement): unknown {
  if (!isRecord(value)) return wrongType('an object', value, at, judgement);
  const result: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    if (!Object.hasOwn(shape.fields, name)) judgement.unknown.push({ within: at, name, value: content, shape, object: value });
    // A null means that the field is absent, here as in the tools.
    else if (content !== null && content !== undefined) {
      set(result, name, fitted(shape.fields[name], content, [...at, name], judgement));
    }
  }
  for (const name of shape.required) {
    const given = value[name];
    if (given === undefined || given === null) {
      judgement.misfits.push({ kind: 'missing', path: pathOf(judgement.path, [...at, name]), message: 'is required', fix: `add ${name}` });
    }
  }
  return result;
}

function fittedMap(shape: MapShape, value: unknown, at: Steps, judgement: Judgement): unknown {
  if (!isRecord(value)) return wrongType('an object', value, at, judgement);
  const result: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    set(result, name, fitted(shape.values, content ?? null, [...at, name], judgement));
  }
  return result;
}

function fittedList(shape: ListShape, value: unknown, at: Steps, judgement: Judgement): unknown {
  if (!Array.isArray(value)) return wrongType('a list', value, at, judgement);
  if (shape.maxItems !== undefined && value.length > shape.maxItems) {
    wrongValue(`has ${value.length} entries; at most ${shape.maxItems} are allowed`, at, judgement);
  }
  return value.map((item, index) => fitted(shape.items, item, [...at, index], judgement)).filter((item) => item !== undefined);
}

function fittedText(shape: TextShape, value: unknown, at: Steps, judgement: Judgement): unknown {
  if (typeof value !== 'string') return wrongType('text', value, at, judgement);
  if (shape.values && !shape.values.includes(value)) {
    wrongValue(`is ${asWritten(value)}; expected ${oneOf(shape.values)}`, at, judgement);
    return undefined;
  }
  const expected = shape.format && !FORMATS[shape.format].isValid(value) ? FORMATS[shape.format].example : undefined;
  if (!expected) return value;
  wrongValue(`is ${asWritten(value)}; expected ${expected}`, at, judgement);
  return undefined;
}

function fittedNumber(shape: NumberShape, value: unknown, at: Steps, judgement: Judgement): unknown {
  const isFit =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (shape.type === 'number' || (Number.isInteger(value) && Math.abs(value) < LARGEST_INTEGER));
  if (!isFit) return wrongType(shape.type === 'number' ? 'a number' : 'an integer', value, at, judgement);
  if (value < (shape.minimum ?? -Infinity) || value > (shape.maximum ?? Infinity)) {
    wrongValue(`is ${value}; expected ${shape.minimum ?? 'no lower bound'} to ${shape.maximum ?? 'no upper bound'}`, at, judgement);
    return undefined;
  }
  return value;
}

function wrongValue(message: string, at: Steps, { path, misfits }: Judgement) {
  misfits.push({ kind: 'value', path: pathOf(path, at), message });
}

function wrongType(expected: string, value: unknown, at: Steps, judgement: Judgement): undefined {
  const isUnquoted = expected === 'text' && (typeof value === 'number' || typeof value === 'boolean' || value === null);
  judgement.misfits.push({
    kind: 'type',
    path: pathOf(judgement.path, at),
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
