/** Writes docs/command-line.md, docs/reference/eks-anywhere-releases.md and docs/pictures/concepts.svg. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLinePage } from './command-line-page.ts';
import { conceptsPicture } from './concepts-picture.ts';
import { eksAnywhereReleasesPage } from './eks-anywhere-releases-page.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');

writeFileSync(join(DOCS, 'command-line.md'), commandLinePage());
writeFileSync(join(DOCS, 'reference', 'eks-anywhere-releases.md'), eksAnywhereReleasesPage());
writeFileSync(join(DOCS, 'pictures', 'concepts.svg'), conceptsPicture());
