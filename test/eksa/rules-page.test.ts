import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rulesPage } from './rules-page';

const PAGE = join(__dirname, '..', '..', 'docs', 'reference', 'eks-anywhere-rules.md');

test('the page of rules in docs/reference says what the code says', () => {
  if (process.env.UPDATE_PAGES) writeFileSync(PAGE, rulesPage());
  expect(readFileSync(PAGE, 'utf8')).toBe(rulesPage());
});

test('every row of the page has a file, a place and a message', () => {
  const rows = rulesPage().split('\n').filter((line) => /^\| [A-Za-z0-9-]+ \| `/.test(line)).map((line) => line.split(' | '));
  expect(rows.length).toBeGreaterThan(150);
  expect(rows.filter(([, file, place, message]) => file === '``' || place === '``' || message === '')).toEqual([]);
});
