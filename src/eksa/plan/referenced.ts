/** Documents that a Cluster uses, directly or through one of its documents. */
import type { Document } from '../model/document';
import { documentPath } from '../model/document';

export function referencedDocuments(documents: readonly Document[]): Set<string> {
  const byPath = new Map(documents.map((document) => [documentPath(document), document]));
  const found = new Set<string>();
  const waiting = ['Cluster'];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const ref of refsIn(byPath.get(path)?.spec)) {
      if (found.has(ref)) continue;
      found.add(ref);
      waiting.push(ref);
    }
  }
  return found;
}

/** Every `{kind, name}` below a value, as the path of a document. */
function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { kind, name } = value as Readonly<Record<string, unknown>>;
  const own = typeof kind === 'string' && typeof name === 'string' ? [`${kind}/${name}`] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}
