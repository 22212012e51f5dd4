/** How the connection that listens is lost and made again, on a clock that is set by hand. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { uncaughtErrors } from '../../../test/fixtures/uncaught-errors.ts';
import { STORE_KINDS } from '../../../test/setup/stores.ts';
import { createLog } from '../../base/log.ts';
import { PostgresChangeListener } from './change-listener.ts';
import { clientConfig } from './connection.ts';
import type { PostgresConnection } from './connection.ts';

/** A busy machine may take long over what needs milliseconds. */
const WITHIN = { timeout: 10_000 };

describe.skipIf(!inject('postgres'))('the connection that listens for changes', () => {
  const { newPlace } = STORE_KINDS.find(({ name }) => name === 'PostgreSQL')!;
  const uncaught = uncaughtErrors();
  let clock: ManualClock;
  let lines: object[];
  let heard: number[];
  let config: pg.ClientConfig;
  let listener: PostgresChangeListener;
  /** A connection of the test. */
  let other: pg.Client;
  beforeEach(async () => {
    clock = new ManualClock();
    [lines, heard] = [[], []];
    const { connection } = await newPlace() as { readonly connection: PostgresConnection };
    config = { ...clientConfig(connection), application_name: `listener-${connection.schema}` };
    other = new pg.Client(clientConfig(connection));
    await other.connect();
    await other.query('create table revisions (id bigint, value bigint)');
    await other.query('insert into revisions values (1, 7), (2, 70)');
    listener = listenerOn('changes');
  });
  afterEach(async () => {
    await listener.close();
    await other.end();
  });
  const listenerOn = (channel: string) => new PostgresChangeListener({
    config, channel, clock, heard: (revision) => heard.push(revision),
    log: createLog({ level: 'debug', write: (line) => lines.push(JSON.parse(line) as object) }),
  });
  const NAMED = 'from pg_stat_activity where application_name = $1';
  const connections = async () => (await other.query(`select pid ${NAMED}`, [config.application_name])).rowCount;
  /** Ends the connection and waits until the listener has scheduled the next one. */
  const lose = async () => {
    await other.query(`select pg_terminate_backend(pid) ${NAMED}`, [config.application_name]);
    await expect.poll(() => clock.timers, WITHIN).toBe(1);
  };
  const failsTimes = (count: number) => expect.poll(() => lines.length, WITHIN).toBe(count);

  it('reports the newest revision when it begins, and each one that is notified', async () => {
    await listener.start();
    expect(heard).toEqual([7]);
    await other.query("notify changes, '8'");
    await expect.poll(() => heard, WITHIN).toEqual([7, 8]);
    expect([lines, clock.timers]).toEqual([[], 0]);
  });

  it('is made again one second after it was lost, and then reports the newest revision', async () => {
    await listener.start();
    await lose();
    await other.query('update revisions set value = 9 where id = 1');
    clock.advance(999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    await expect.poll(() => heard, WITHIN).toEqual([7, 9]);
    await other.query("notify changes, '10'");
    await expect.poll(() => heard, WITHIN).toEqual([7, 9, 10]);
    expect([await connections(), lines, clock.timers, uncaught]).toEqual([1, [], 0, []]);
  });

  it('is tried each second until it succeeds, and each failure is logged', async () => {
    await listener.start();
    const { port } = config;
    Object.assign(config, { port: 1 });
    await lose();
    for (const failures of [1, 2, 3]) {
      clock.advance(1_000);
      await failsTimes(failures);
      const error = expect.stringContaining('ECONNREFUSED');
      expect(lines.at(-1)).toMatchObject({ level: 'debug', message: 'cannot listen for changes', error });
      await expect.poll(() => clock.timers, WITHIN).toBe(1);
    }
    Object.assign(config, { port });
    clock.advance(1_000);
    await expect.poll(() => heard, WITHIN).toEqual([7, 7]);
    expect(clock.timers).toBe(0);
  });

  it('that cannot be made at the start is not tried again', async () => {
    Object.assign(config, { port: 1 });
    await expect(listener.start()).rejects.toThrow('ECONNREFUSED');
    expect([clock.timers, lines]).toEqual([0, []]);
  });

  it('is closed when listening fails, and not tried again', async () => {
    const wrong = listenerOn('two words');
    await expect(wrong.start()).rejects.toThrow('syntax error');
    await expect.poll(connections, WITHIN).toBe(0);
    await wrong.close();
    expect([clock.timers, heard]).toEqual([0, []]);
  });

  it('is not made again once the listener is closed', async () => {
    await listener.start();
    await listener.close();
    await expect.poll(connections, WITHIN).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('is not made again when the listener is closed after it was lost', async () => {
    await listener.start();
    await lose();
    await listener.close();
    expect(clock.timers).toBe(0);
  });

  it('is not tried again when the listener is closed meanwhile', async () => {
    await listener.start();
    Object.assign(config, { port: 1 });
    await lose();
    clock.advance(1_000);
    await listener.close();
    await failsTimes(1);
    expect(clock.timers).toBe(0);
  });
});
