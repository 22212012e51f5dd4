import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { ERROR_CODES } from './error-codes.ts';

const ROOM = join(import.meta.dirname, '..');

it('every code of the table is thrown somewhere; the type of GatewayError holds the other direction', () => {
  const sources = readdirSync(ROOM, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.test.') && !file.endsWith('error-codes.ts'))
    .map((file) => readFileSync(join(ROOM, file), 'utf8').replace(/^\s*(?:\*|\/[/*]).*$/gm, ''))
    .join('\n');
  expect(Object.keys(ERROR_CODES).filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});
