import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROWS } from '../../../../src/eksa/update/machine-templates/table';
import { upgradesPage } from './upgrades-page';

const PAGE = join(__dirname, '../../../../docs/reference/eks-anywhere-upgrades.md');

test('the page of upgrades in docs/reference says what the table says', () => {
  if (process.env.UPDATE_PAGES) writeFileSync(PAGE, upgradesPage());
  expect(readFileSync(PAGE, 'utf8')).toBe(upgradesPage());
});

test('every row of the table is on the page once', () => {
  const fields = upgradesPage().split('\n').filter((line) => line.startsWith('| `'));
  expect(fields.filter((line) => !/apiVersion|metadata|status/.test(line)).length).toBe(ROWS.length);
});
