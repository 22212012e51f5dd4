/** Where a field that is unknown at its place was meant to be: elsewhere in its document, in another kind, or under another name. */
import { nearestName } from '../../private/input/nearest-name';
import { oneOf } from '../finding';
import type { ObjectShape, Shape } from './shape';

/** From a document to a value: names of fields, positions in lists. */
export type Steps = readonly (string | number)[];

/** A field at a place where its object does not know it. */
export interface UnknownField {
  /** Of the object that holds the field. */
  readonly within: Steps;
  readonly name: string;
  readonly value: unknown;
  /** The shape of that object, and the object. */
  readonly shape: ObjectShape;
  readonly object: Readonly<Record<string, unknown>>;
}

/** Another kind of document, for fields that were put into the wrong one. */
export interface KindOfFile {
  readonly kind: string;
  readonly shape: ObjectShape;
  /** Whether the file holds a document of the kind. */
  readonly isInFile: boolean;
}

export interface Advice {
  /** What follows `is no field of this object`. */
  readonly message: string;
  readonly fix: string;
  /** The place that was meant, where it is clear and free. */
  readonly meant?: Steps;
}

/** Maximum number of known fields in the message about an unknown one; a longer list would not help. */
const LISTED_FIELDS = 8;
const LISTED_PLACES = 3;
/** Levels between where a field is and where it belongs, beyond which another name close by is likelier. */
const CLOSE = 2;
/** What every object has, so that finding it elsewhere says nothing. */
const EVERYWHERE: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'name', 'namespace']);

type Accepts = (shape: Shape, value: unknown) => boolean;

/**
 * @param accepts whether a value has the type of a shape
 */
export function adviceFor(
  field: UnknownField, root: ObjectShape, document: unknown, kinds: readonly KindOfFile[], accepts: Accepts,
): Advice {
  const spelling = spellingAdvice(field);
  const isFitting = spelling !== undefined && accepts(field.shape.fields[spelling.known], field.value);
  const own = nearestPlaces(field, root, document, accepts);
  if (spelling?.isSameInOtherCase) return spelling;
  if (own.length > 0 && (own[0].distance <= CLOSE || !spelling)) return placeAdvice(field.name, own);
  return (isFitting ? spelling : undefined) ?? kindAdvice(field, kinds, accepts) ?? spelling ?? noAdvice(field);
}

interface Place {
  /** `*` stands for every entry of a list. */
  readonly steps: readonly string[];
  readonly shape: Shape;
}

interface NearPlace extends Place {
  readonly meant: Steps;
  readonly distance: number;
  readonly isGiven: boolean;
}

/** The nearest places of the same name in the document's own kind: those that are free, else those that are not. */
function nearestPlaces({ within, name, value }: UnknownField, root: ObjectShape, document: unknown, accepts: Accepts): NearPlace[] {
  const all = (placesOf(root).get(name) ?? [])
    .filter(({ steps }) => !EVERYWHERE.has(name) || (steps[0] === 'metadata' && within.length <= 1))
    .map((place) => ({ ...place, ...nearness(place.steps, within) }))
    .map((place) => ({ ...place, isGiven: isGiven(document, place.meant) }))
    // Of a name that several objects have, those are not meant that the document does not have.
    .filter(({ meant }, _at, places) => places.length <= 2 || isGiven(document, meant.slice(0, -1)));
  const fitting = preferred(all, ({ shape }) => accepts(shape, value));
  const distance = Math.min(...fitting.map((place) => place.distance));
  return preferred(fitting.filter((place) => place.distance === distance), (place) => !place.isGiven);
}

/** Those for which something holds, or else all. */
function preferred<T>(all: readonly T[], holds: (one: T) => boolean): T[] {
  const found = all.filter(holds);
  return found.length > 0 ? found : [...all];
}

/** Levels up to what both have in common, and down from there; the list and its entry are one level. */
function nearness(steps: readonly string[], within: Steps): { distance: number; meant: Steps } {
  let common = 0;
  while (common < steps.length - 1 && common < within.length
    && (steps[common] === within[common] || (steps[common] === '*' && typeof within[common] === 'number'))) common++;
  const up = within.slice(common).filter((step) => typeof step === 'string').length;
  const down = steps.slice(common, -1).filter((step) => step !== '*').length;
  return { distance: up + down, meant: [...within.slice(0, common), ...steps.slice(common)] };
}

/** Whether a document has a value at a place; of a list, whether each entry has one. */
function isGiven(value: unknown, [step, ...rest]: Steps): boolean {
  if (step === undefined) return value !== null && value !== undefined;
  if (step === '*') return Array.isArray(value) && value.length > 0 && value.every((item) => isGiven(item, rest));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
  return isGiven((value as Record<string | number, unknown>)[step], rest);
}

function placeAdvice(name: string, places: readonly NearPlace[]): Advice {
  const listed = oneOf(places.slice(0, LISTED_PLACES).map(({ meant }) => stepsText(meant)));
  if (places[0].isGiven) return { message: `; ${stepsText(places[0].meant)} is there already`, fix: `remove '${name}'` };
  const isClear = places.length === 1 && !places[0].meant.includes('*');
  const move = `move ${places[0].distance > CLOSE ? 'it' : `'${name}'`} to ${listed}`;
  return {
    message: `; it belongs under ${listed}`,
    fix: places[0].distance > CLOSE ? `remove '${name}', or ${move}` : move,
    ...(isClear ? { meant: places[0].meant } : {}),
  };
}

/** `spec.workerNodeGroupConfigurations[0].count`. */
export function stepsText(steps: Steps): string {
  return steps.map((step) => typeof step === 'number' ? `[${step}]` : step === '*' ? '[]' : `.${step}`).join('').replace(/^\./, '');
}

interface SpellingAdvice extends Advice {
  readonly known: string;
  readonly isSameInOtherCase: boolean;
}

/** Another name in the same object: a misspelling, or an object of another name with the same fields. */
function spellingAdvice({ within, name, value, shape, object }: UnknownField): SpellingAdvice | undefined {
  const names = Object.keys(shape.fields);
  // Names of fields are short: at most two edits away.
  const nearest = nearestName(name, names, Math.min(2, Math.floor(name.length / 3)));
  const known = nearest ?? names.find((each) => hasSameFields(shape.fields[each], value));
  if (known === undefined) return undefined;
  const isFree = object[known] === undefined || object[known] === null;
  const isSameInOtherCase = known.toLowerCase() === name.toLowerCase();
  return {
    message: isSameInOtherCase ? ': the API tells upper from lower case' : nearest ? '' : `; its fields belong under ${known}`,
    fix: `did you mean '${known}'?`,
    known,
    isSameInOtherCase,
    ...(isFree ? { meant: [...within, known] } : {}),
  };
}

function hasSameFields(shape: Shape, value: unknown): boolean {
  if (shape.type !== 'object' || typeof value !== 'object' || value === null) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.some((name) => Object.hasOwn(shape.fields, name) && !EVERYWHERE.has(name))
    && names.filter((name) => Object.hasOwn(shape.fields, name)).length * 2 >= names.length;
}

/** Kinds of the file that have the field, or else any kind. */
function kindAdvice({ name, value }: UnknownField, kinds: readonly KindOfFile[], accepts: Accepts): Advice | undefined {
  if (EVERYWHERE.has(name)) return undefined;
  const having = kinds.flatMap(({ kind, shape, isInFile }) => {
    const places = preferred(placesOf(shape).get(name) ?? [], (each) => accepts(each.shape, value));
    const [place] = places.sort((one, other) => one.steps.length - other.steps.length);
    return place ? [{ text: `${kind} (${stepsText(place.steps)})`, isInFile }] : [];
  });
  const inFile = having.filter(({ isInFile }) => isInFile).map(({ text }) => text).slice(0, LISTED_PLACES);
  if (inFile.length > 0) return { message: `; it belongs to ${oneOf(inFile)}`, fix: `move '${name}' to ${oneOf(inFile)}` };
  if (having.length === 0 || having.length > LISTED_PLACES) return undefined;
  return { message: `; it belongs to ${oneOf(having.map(({ text }) => text))}, of which the file has none`, fix: `remove '${name}'` };
}

function noAdvice({ name, shape }: UnknownField): Advice {
  const names = Object.keys(shape.fields);
  return { message: names.length > LISTED_FIELDS ? '' : `; it has ${names.join(', ') || 'none'}`, fix: `remove '${name}'` };
}

const known = new WeakMap<ObjectShape, ReadonlyMap<string, readonly Place[]>>();

/** Every field of a kind by its name; what anything goes into has none. */
function placesOf(root: ObjectShape): ReadonlyMap<string, readonly Place[]> {
  const found = known.get(root) ?? new Map(collect(root));
  known.set(root, found);
  return found;
}

function collect(root: ObjectShape): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  const visit = (shape: Shape, steps: readonly string[]) => {
    if (shape.type === 'list') visit(shape.items, [...steps, '*']);
    if (shape.type !== 'object') return;
    for (const [name, field] of Object.entries(shape.fields)) {
      const place = { steps: [...steps, name], shape: field };
      places.set(name, [...(places.get(name) ?? []), place]);
      visit(field, place.steps);
    }
  };
  visit(root, []);
  return places;
}
