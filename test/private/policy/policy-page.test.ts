import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyPage } from './policy-page';

const PAGE = join(__dirname, '..', '..', '..', 'docs', 'reference', 'policy-rules.md');

it('the page of the policy in docs/reference says what the tables say: UPDATE_PAGES=1 writes it', () => {
  if (process.env.UPDATE_PAGES) writeFileSync(PAGE, policyPage());
  expect(readFileSync(PAGE, 'utf8')).toBe(policyPage());
});
