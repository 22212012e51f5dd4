/**
 * Splits API.md, as jsii-docgen writes it, into a page for each room in docs/reference/api/, and makes API.md the index that links them.
 * Which room a type belongs to is told by the file that it is declared in (`.jsii`).
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAssemblyFromPath } from '@jsii/spec';
import { splitPages } from './api-pages/split';

const ROOT = join(__dirname, '..');
const FOLDER = join(ROOT, 'docs', 'reference', 'api');

const { index, pages } = splitPages(
  readFileSync(join(ROOT, 'API.md'), 'utf8'),
  Object.values(loadAssemblyFromPath(ROOT, false).types ?? {}),
);
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
for (const { file, text } of pages) writeFileSync(join(FOLDER, file), text);
writeFileSync(join(ROOT, 'API.md'), index);
