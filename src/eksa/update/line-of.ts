/** From a place in a document to its line in the file. */
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import type { ParsedDocument } from '../yaml/parsed-file';

/** The line of the place itself, or of the nearest thing around it; undefined for places in no document of the file. */
export function lineOf(path: string, documents: readonly ParsedDocument[]): number | undefined {
  const document = documents.find(({ content }) => {
    const name = documentPath(content as unknown as Document);
    return path === name || path.startsWith(`${name}.`);
  });
  if (!document) return undefined;
  let place = path.slice(documentPath(document.content as unknown as Document).length);
  while (!document.lines.has(place)) {
    const around = place.replace(/(\.[^.[\]]*|\[[^\]]*\])$/, '');
    if (around === place) return undefined;
    place = around;
  }
  return document.lines.get(place);
}
