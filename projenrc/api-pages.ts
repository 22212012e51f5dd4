/**
 * Splits API.md, as jsii-docgen writes it, into one page per room in docs/reference/api/; API.md becomes the index that links them.
 * The file that declares a type (`.jsii`) decides its room.
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
