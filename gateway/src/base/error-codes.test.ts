import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { ERROR_CODES } from './error-codes.ts';

/** The gateway and the command line. */
const ROOMS = [join(import.meta.dirname, '..'), join(import.meta.dirname, '..', '..', '..', 'cli')];

it('every code of the table is thrown somewhere; the type of GatewayError holds the other direction', () => {
  const files = ROOMS.flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)));
  const sources = files
    .filter((file) => file.endsWith('.ts') && !file.includes('.test.') && !file.endsWith('error-codes.ts'))
    .map((file) => readFileSync(file, 'utf8').replace(/^\s*(?:\*|\/[/*]).*$/gm, ''))
    .join('\n');
  expect(Object.keys(ERROR_CODES).filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});
