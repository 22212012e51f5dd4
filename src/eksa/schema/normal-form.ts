/**
 * One form for all values that mean the same to the tools: `''`, `0`, `false`, `[]` and `{}` are left out as if they had never been
 * written, durations get one notation, sets one order. What means something else all the same is marked on the shapes.
 */
import { formatDuration, parseDurationMs } from '../syntax/duration';
import { isRecord } from './fit';
import type { ListShape, ObjectShape, Shape } from './shape';

/** Who looks at the value: whatever acts by it, or the webhooks that compare it with the one before. */
export type Observer = 'tools' | 'webhooks';

/** @returns undefined when the value means what an absent one does */
export function normalForm(shape: Shape, value: unknown, observer: Observer = 'tools'): unknown {
  const form = withinForm(shape, value, observer);
  return isZero(form) && !isDistinct(shape, observer) ? undefined : form;
}

/** Whether the observer distinguishes the zero value from an absent one. */
function isDistinct({ zero }: Shape, observer: Observer): boolean {
  return zero === 'differs' || (zero === 'compared' && observer === 'webhooks');
}

function withinForm(shape: Shape, value: unknown, observer: Observer): unknown {
  switch (shape.type) {
    case 'object': return isRecord(value) ? objectForm(shape, value, observer) : value;
    case 'list': return Array.isArray(value) ? listForm(shape, value, observer) : value;
    // An entry of a map is there by its key, whatever it holds.
    case 'map': return isRecord(value) ? eachOf(value, (content) => withinForm(shape.values, content, observer)) : value;
    case 'text': return shape.format === 'duration' && typeof value === 'string' ? durationForm(value) : value;
    default: return value;
  }
}

function objectForm(shape: ObjectShape, value: Readonly<Record<string, unknown>>, observer: Observer): object {
  return eachOf(value, (content, name) => Object.hasOwn(shape.fields, name) ? normalForm(shape.fields[name], content, observer) : content);
}

function listForm(shape: ListShape, value: readonly unknown[], observer: Observer): readonly unknown[] {
  const items = value.map((item) => withinForm(shape.items, item, observer));
  return shape.isSet ? items.sort((one, other) => sortKey(one) < sortKey(other) ? -1 : 1) : items;
}

function sortKey(item: unknown): string {
  return JSON.stringify(isRecord(item) ? Object.entries(item).sort() : item);
}

/** `5m0s` and `300s` are the same. */
function durationForm(text: string): string {
  const milliseconds = parseDurationMs(text);
  return milliseconds === undefined || milliseconds < 0 ? text : formatDuration(milliseconds / 1000);
}

function eachOf(value: Readonly<Record<string, unknown>>, form: (content: unknown, name: string) => unknown): object {
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, content]) => [name, form(content, name)] as const)
      .filter(([, content]) => content !== undefined),
  );
}

function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === 0 || value === false;
}
