/** Writes the pages of docs/reference/ that are made from tables in the sources. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsPage } from './settings-page.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'reference');

const PAGES: Readonly<Record<string, () => string>> = {
  'settings.md': settingsPage,
};

mkdirSync(FOLDER, { recursive: true });
for (const [file, render] of Object.entries(PAGES)) writeFileSync(join(FOLDER, file), render());
