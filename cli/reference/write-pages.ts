/** Writes docs/command-line.md and docs/pictures/concepts.svg. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLinePage } from './command-line-page.ts';
import { conceptsPicture } from './concepts-picture.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');

writeFileSync(join(DOCS, 'command-line.md'), commandLinePage());
writeFileSync(join(DOCS, 'pictures', 'concepts.svg'), conceptsPicture());
