/** The log of a node: levels, repeated messages, its file. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { logFile } from './log-file.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { MessageBound } from './message-bound.ts';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly suppressed?: number;
}

function recordingLog(options: Partial<Parameters<typeof createLog>[0]> = {}): { readonly log: Log; readonly lines: Line[] } {
  const lines: Line[] = [];
  return { lines, log: createLog({ ...options, write: (line) => void lines.push(JSON.parse(line) as Line) }) };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a level that is changed', () => {
  it('holds for its time, for all logs made from one another, and is reported', () => {
    vi.useFakeTimers();
    const { log, lines } = recordingLog({ level: 'error' });
    const child = log.with({ part: 'a' });
    const changes: unknown[] = [];
    log.threshold.onChange = (...change) => void changes.push(change);
    child.debug('1');
    log.threshold.toggleDebug(60);
    child.debug('2');
    vi.advanceTimersByTime(60_000);
    child.debug('3');
    log.threshold.toggleDebug(60);
    log.threshold.toggleDebug(60);
    child.debug('4');
    expect(lines.map(({ message }) => message)).toEqual(['2']);
    expect(changes).toEqual([['debug', 60], ['error', 0], ['debug', 60], ['error', 0]]);
  });
});

describe('a message that repeats', () => {
  it('is written so often in an interval, then counted, then written again', () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog({ level: 'debug', repeats: new MessageBound({ lines: 2, intervalMs: 1000, clock }) });
    for (let count = 0; count < 5; count += 1) log.error('often', { count });
    log.warn('seldom');
    for (let count = 0; count < 3; count += 1) log.debug('debug lines are not bounded');
    clock.advance(1000);
    log.error('often');
    clock.advance(1000);
    expect(lines.map(({ level, message, suppressed }) => [level, message, suppressed])).toEqual([
      ['error', 'often', undefined], ['error', 'often', undefined], ['warn', 'seldom', undefined],
      ...Array.from({ length: 3 }, () => ['debug', 'debug lines are not bounded', undefined]),
      ['error', '3 more lines were not written: often', 3], ['error', 'often', undefined],
    ]);
  });

  it('shares a bound with others when there are too many to count', () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog({ repeats: new MessageBound({ lines: 1, clock }) });
    for (let count = 0; count < 1100; count += 1) log.error(`message ${count}`);
    expect(lines.length).toBe(1001);
    clock.advance(10_000);
    expect(lines.at(-1)).toMatchObject({ message: '99 more lines were not written: other messages', suppressed: 99 });
  });
});

describe('a log in a file', () => {
  it('is created again after a rotation', () => {
    const path = join(temporaryFolder('log-file'), 'error.log');
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const write = logFile(path);
    write('1\n');
    renameSync(path, `${path}.1`);
    now.mockReturnValue(999);
    write('2\n');
    expect(existsSync(path)).toBe(false);
    now.mockReturnValue(1000);
    write('3\n');
    expect(readFileSync(path, 'utf8')).toBe('3\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('1\n2\n');
  });

  it('goes elsewhere while the file cannot be written, and says why once', () => {
    const folder = temporaryFolder('log-file');
    const elsewhere: string[] = [];
    const write = logFile(join(folder, 'none', 'error.log'), (line) => void elsewhere.push(line));
    write('1\n');
    write('2\n');
    expect(elsewhere).toEqual([expect.stringContaining('cannot be written: ENOENT'), '1\n', '2\n']);
  });
});
