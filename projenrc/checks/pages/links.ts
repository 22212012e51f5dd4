/** Links between pages: the file exists, and so does the heading. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT, lineAt, proseOf } from './markdown';
import type { Page } from './markdown';

export function brokenLinks(all: readonly Page[]): string[] {
  const byPath = new Map(all.map((page) => [page.path, page]));
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsOf = (page: Page) => {
    if (!anchors.has(page.path)) anchors.set(page.path, namesOf(page));
    return anchors.get(page.path)!;
  };
  return all.flatMap((page) => targetsOf(page).flatMap(({ line, target }) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page.path : relative(ROOT, join(ROOT, dirname(page.path), decodeURI(file)));
    if (!existsSync(join(ROOT, path))) return [`${page.path}:${line}: link to ${target}: there is no ${path}`];
    if (anchor === undefined || statSync(join(ROOT, path)).isDirectory()) return [];
    const linked = byPath.get(path);
    return !linked || anchorsOf(linked).has(anchor) ? [] : [`${page.path}:${line}: link to ${target}: ${path} has no heading #${anchor}`];
  }));
}

function targetsOf(page: Page): { line: number; target: string }[] {
  const prose = proseOf(page).replace(/`[^`\n]*`/g, (code) => '.'.repeat(code.length));
  return [...prose.matchAll(/\]\(([^)\s]+)\)|<a href="([^"]+)"/g)]
    .map((match) => ({ line: lineAt(prose, match.index), target: (match[1] ?? match[2])! }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

/** As GitHub makes them of headings; and those that are written as HTML. */
function namesOf(page: Page): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = heading
      .replace(/<[^>]*>/g, '')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let name = slug;
    for (let number = 1; names.has(name); number++) name = `${slug}-${number}`;
    names.add(name);
  }
  for (const [, id = ''] of page.text.matchAll(/<a [^>]*?\b(?:id|name)="([^"]+)"/g)) names.add(id);
  for (const [, id = ''] of page.text.matchAll(/\bid="([^"]+)"/g)) names.add(id);
  return names;
}
