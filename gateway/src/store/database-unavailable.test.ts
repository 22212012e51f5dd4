/** The error of a database that cannot be used, and its lines in the log. */
import { expect, it } from 'vitest';

import { GatewayError } from '../base/errors.ts';
import { createLog } from '../base/log.ts';
import { OutageLog, databaseUnavailable, isDatabaseUnavailable } from './database-unavailable.ts';

it('an error of an unavailable database has code, reason and cause, and is recognized', () => {
  const cause = new Error('refused');
  const error = databaseUnavailable('cannot use it', 'io', cause);
  expect(error).toMatchObject({ code: 'database-unavailable', reason: 'io', message: 'cannot use it', cause });
  expect(isDatabaseUnavailable(error)).toBe(true);
});

it.each([
  new Error('database-unavailable'), new GatewayError('database-newer', 'x'), { code: 'database-unavailable' }, undefined,
])('another error is not: %s', (error) => {
  expect(isDatabaseUnavailable(error)).toBe(false);
});

it('an outage is logged at its beginning and at its end, once each', () => {
  const lines: object[] = [];
  const outage = new OutageLog(createLog({ write: (line) => lines.push(JSON.parse(line) as object) }));
  const message = 'the database cannot be used; what needs it fails until it answers again';
  const begin = (error: string) => ({ level: 'error', message, error });
  const end = { level: 'notice', message: 'the database answers again' };
  outage.answered();
  for (const text of ['one', 'two', 'three']) outage.failed(new Error(text));
  outage.answered();
  outage.answered();
  outage.failed(new Error('four'));
  expect(lines).toMatchObject([begin('one'), end, begin('four')]);
  expect(lines.length).toBe(3);
});
