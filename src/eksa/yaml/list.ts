/** The items of a List, as kubectl prints several objects. */
import type { Finding } from '../finding';
import { isKnownKind } from '../schema/kinds';
import { fileFinding } from './file-finding';
import type { ParsedDocument } from './parsed-file';

/** The items as documents of their own; undefined where the document is no List of what the tools know. */
export function itemsOf({ content, lines, findings, unknown }: ParsedDocument): { items: ParsedDocument[]; finding: Finding } | undefined {
  const { kind, items } = content;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return undefined;
  if (!items.some((item) => isKnownKind((item as { kind?: unknown } | null)?.kind))) return undefined;
  const linesOf = items.map(() => new Map<string, number>());
  for (const [path, line] of lines) {
    const [all, index] = /^\.items\[(\d+)\]/.exec(path) ?? [];
    if (all !== undefined) linesOf[Number(index)]?.set(path.slice(all.length), line);
  }
  return {
    items: items.flatMap((item: unknown, index) => typeof item === 'object' && item !== null && !Array.isArray(item)
      ? [{
        content: item as ParsedDocument['content'],
        lines: linesOf[index],
        findings: below(findings, index, ({ path }) => path).map((finding) => ({ ...finding, path: withoutPrefix(finding.path, index) })),
        unknown: below(unknown, index, (path) => path).map((path) => withoutPrefix(path, index)),
      }]
      : []),
    finding: fileFinding(
      `is a ${kind}, as kubectl prints several objects; the CLI reads documents between lines of '---', and none of a ${kind}`,
      lines.get('.kind') ?? lines.get(''),
      'write each of its items as a document of its own, without what the cluster added (status, uid, resourceVersion, managedFields)',
      'list',
    ),
  };
}

function prefix(index: number): string {
  return `.items[${index}]`;
}

function withoutPrefix(path: string, index: number): string {
  return path.slice(prefix(index).length);
}

function below<T>(all: readonly T[], index: number, pathOf: (one: T) => string): T[] {
  return all.filter((one) => pathOf(one).startsWith(prefix(index)));
}
