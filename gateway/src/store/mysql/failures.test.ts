/** What errors of the server and of the way to it mean. */
import { describe, expect, it } from 'vitest';

import { isAlreadyMade, isConflict, isOutage, refusesWrites, unavailable } from './failures.ts';
import { serverOf } from './server.ts';

const answer = (errno: number) => Object.assign(new Error('as the server says'), { errno, sqlState: 'HY000' });
const CONNECTION = { host: 'db.test', port: 3306, database: 'd', user: 'u', ssl: false, sslVerify: false, timeoutMs: 1 };

describe('an error of MySQL', () => {
  it.each([
    [1021, 'its disk is full'], [1114, 'its disk is full'], [1290, 'it is read-only'], [1836, 'it is read-only'], [1792, 'it is read-only'],
    [1153, 'max_allowed_packet'], [1205, 'other transactions hold its rows'], [1213, 'other transactions hold its rows'],
    [1040, 'check that it runs'], [1045, 'HYBRIDGE_MYSQL_PASSWORD'], [1053, 'check that it runs'],
  ])('%d means that the database cannot be used now: %s', (errno, advice) => {
    expect(isOutage(answer(errno))).toBe(true);
    const error = unavailable(CONNECTION, answer(errno));
    expect(error).toMatchObject({ code: 'database-unavailable', reason: 'unavailable' });
    expect(error.message).toMatch(/^cannot use MySQL at db\.test:3306, database 'd', user 'u': as the server says; /);
    expect(error.message).toContain(advice);
  });

  it.each([1064, 1062, 1146, 1452, 1406])('%d is a defect of this program', (errno) => {
    expect([isOutage(answer(errno)), isConflict(answer(errno)), refusesWrites(answer(errno))]).toEqual([false, false, false]);
  });

  it('of a socket is an outage, whatever its number', () => {
    for (const errno of [-111, -104, 1064]) expect(isOutage(Object.assign(new Error('socket'), { errno, code: 'X' }))).toBe(true);
    expect(isOutage(new TypeError('a defect'))).toBe(false);
  });

  it.each([1205, 1213])('%d is a conflict with another transaction, also behind what was made of it', (errno) => {
    expect([isConflict(answer(errno)), isConflict(unavailable(CONNECTION, answer(errno))), isConflict(answer(1040)), isConflict(undefined)])
      .toEqual([true, true, false, false]);
  });

  it('tells what an interrupted migration has made from what is wrong', () => {
    for (const errno of [1050, 1060, 1061, 1062, 1091, 1826]) expect(isAlreadyMade(answer(errno))).toBe(true);
    expect([1064, 1146, 1452].map((errno) => isAlreadyMade(answer(errno)))).toEqual([false, false, false]);
  });
});

describe('a server', () => {
  it.each([
    ['8.0.36', false], ['8.4.0', false], ['8.0.17', false], ['9.1.0-commercial', false], ['8.0.mysql_aurora.3.08.0', false],
    ['10.11.6-MariaDB-0+deb12u1-log', true], ['10.6.0-MariaDB', true], ['5.5.5-10.11.2-MariaDB', true], ['11.4.3-MariaDB-ubu2404', true],
  ])('of version %s is used; is it MariaDB: %s', (version, isMariaDb) => {
    expect(serverOf(version, 7)).toEqual({ isMariaDb, maxPacket: 7 });
  });

  it.each(['5.7.44', '8.0.16', '10.5.9-MariaDB', '5.5.5-10.3.1-MariaDB', ''])('of version "%s" is refused', (version) => {
    expect(() => serverOf(version, 7)).toThrow(/is too old for this gateway: use MySQL 8\.0\.17 or MariaDB 10\.6\.0, or later$/);
  });
});
