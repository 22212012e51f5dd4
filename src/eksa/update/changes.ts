/** What differs between two states, place by place. */
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import { isSame } from './compare';
import type { Pair } from './pair';

export interface Change {
  /** As in findings; members of lists whose entries have names are called by name. */
  readonly path: string;
  /** Undefined where the place is new. */
  readonly old?: unknown;
  /** Undefined where the place is gone. */
  readonly new?: unknown;
}

export function changesOf({ old, new: now }: Pair): Change[] {
  const before = new Map(old.documents.map((document) => [documentPath(document), document]));
  const after = new Map(now.documents.map((document) => [documentPath(document), document]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) =>
    between(content(before.get(path)), content(after.get(path)), path),
  );
}

function content(document: Document | undefined): object | undefined {
  return document && { metadata: withoutMarks(document.metadata), spec: document.spec };
}

/** Annotations by which the controllers mark what a document is for; applying a file without them leaves them in place. */
const MARKS = ['control-plane', 'etcd', 'managed-by', 'management-components-version'].map((name) => `anywhere.eks.amazonaws.com/${name}`);

function withoutMarks(metadata: Document['metadata']): Document['metadata'] {
  if (!metadata?.annotations) return metadata;
  const annotations = Object.entries(metadata.annotations).filter(([name]) => !MARKS.includes(name));
  return { ...metadata, annotations: annotations.length > 0 ? Object.fromEntries(annotations) : undefined };
}

function between(old: unknown, now: unknown, path: string): Change[] {
  if (isSame(old, now)) return [];
  if (isRecord(old) && isRecord(now)) {
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name) => between(old[name], now[name], `${path}.${name}`));
  }
  if (isNamedList(old) && isNamedList(now)) {
    const [before, after] = [old, now].map((list) => new Map(list.map((entry) => [entry.name, entry])));
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
      between(before.get(name), after.get(name), `${path}[${name}]`),
    );
  }
  return [{ path, old, new: now }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNamedList(value: unknown): value is { name: string }[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => isRecord(entry) && typeof entry.name === 'string')
    && new Set(value.map((entry: { name: string }) => entry.name)).size === value.length;
}
