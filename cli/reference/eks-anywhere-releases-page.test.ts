import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RELEASES } from '../../src/eksa/releases/known';
import { eksAnywhereReleasesPage } from './eks-anywhere-releases-page.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'eks-anywhere-releases.md');

describe('docs/reference/eks-anywhere-releases.md', () => {
  it('says what the table says', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(eksAnywhereReleasesPage());
  });

  it('has every release, field and breakage', () => {
    const page = eksAnywhereReleasesPage();
    for (const { version, newFields, breakages } of RELEASES) {
      expect(page).toContain(`| ${version} |`);
      for (const { path } of newFields) expect(page).toContain(`\`${path}\``);
      for (const { id } of breakages) expect(page).toContain(`[${id}]`);
    }
  });
});
