/** The driver of SQLite: rows, statements, and the errors that mean "not now". */
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { adapted } from './driver.ts';

describe('the driver of SQLite', () => {
  let database: DatabaseSync;
  let failed: unknown[];
  let answered: number;
  let driver: ReturnType<typeof adapted>;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    database.exec('create table t (a integer)');
    failed = [];
    answered = 0;
    driver = adapted(database, {
      unavailable: (error) => new Error('unavailable', { cause: error }),
      failed: (error) => failed.push(error),
      answered: () => { answered += 1; },
    });
  });
  afterEach(() => {
    if (database.isOpen) driver.close();
  });

  it('runs statements, and says which of them give rows', () => {
    const insert = driver.prepare('insert into t values (?)');
    const select = driver.prepare('select a from t where a > ?');
    expect([insert.reader, select.reader]).toEqual([false, true]);
    expect(insert.run([1])).toMatchObject({ changes: 1 });
    expect(insert.run([2])).toMatchObject({ changes: 1 });
    expect(select.all([0])).toEqual([{ a: 1 }, { a: 2 }]);
    expect([...select.iterate([1])]).toEqual([{ a: 2 }]);
  });

  it('prepares each text once', () => {
    expect(driver.prepare('select 1')).toBe(driver.prepare('select 1'));
    expect(driver.prepare('select 1')).not.toBe(driver.prepare('select 2'));
  });

  it.each([
    ['a read', ['select a from t'], 0],
    ['a write by itself', ['insert into t values (1)'], 1],
    ['writes in a transaction', ['begin', 'insert into t values (1)', 'update t set a = 2', 'delete from t', 'commit'], 1],
    ['a read in a transaction', ['begin', 'select a from t', 'commit'], 0],
    ['writes that are rolled back', ['begin', 'insert into t values (1)', 'rollback', 'begin', 'select a from t', 'commit'], 0],
    ['a read after a write', ['insert into t values (1)', 'select a from t'], 1],
  ])('reports that a change was committed: %s', (_, texts, expected) => {
    for (const text of texts) {
      const statement = driver.prepare(text);
      if (statement.reader) statement.all([]);
      else statement.run([]);
    }
    expect([answered, failed]).toEqual([expected, []]);
  });

  it.each(['run', 'all'] as const)('reports that the file cannot be used: %s', (method) => {
    const insert = driver.prepare('insert into t values (1) returning a');
    database.exec('pragma query_only = on');
    expect(() => insert[method]([])).toThrow('unavailable');
    expect(failed).toMatchObject([{ message: 'unavailable', cause: { errcode: 8 } }]);
    expect(answered).toBe(0);
  });

  it('does not change errors that another try would not fix', () => {
    expect(() => driver.prepare('select a from missing')).toThrow('no such table');
    database.exec('create unique index u on t (a)');
    const insert = driver.prepare('insert into t values (1)');
    insert.run([]);
    expect(() => insert.run([])).toThrow('UNIQUE constraint failed');
    expect(failed).toEqual([]);
  });

  it.each([
    [5, true], [6, true], [8, true], [10, true], [11, true], [13, true], [14, true], [26, true], [5 + 2 * 256, true], [10 + 13 * 256, true],
    [1, false], [4, false], [7, false], [9, false], [12, false], [19, false], [19 + 8 * 256, false], [25, false], ['5', false],
    [undefined, false],
  ])('takes result code %s for an outage: %s', (errcode, isOutage) => {
    const error = Object.assign(new Error('as it is'), { errcode });
    const broken = adapted({ prepare: () => { throw error; } } as unknown as DatabaseSync, {
      unavailable: () => new Error('unavailable'), failed: (reported) => failed.push(reported), answered: () => undefined,
    });
    expect(() => broken.prepare('select 1')).toThrow(isOutage ? 'unavailable' : 'as it is');
    expect(failed.length).toBe(isOutage ? 1 : 0);
  });

  it('closes the database', () => {
    driver.close();
    expect(database.isOpen).toBe(false);
  });
});
