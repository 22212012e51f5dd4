/** Files of lines: batches, rotation, bounds. */
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { LineFile } from './line-file.ts';

let path: string;
const contentOf = (name: string): string => readFileSync(name, 'utf8');

beforeEach(() => {
  path = join(temporaryFolder('line-file'), 'lines.log');
});

describe('a file of lines', () => {
  it('keeps the order of lines, whatever the size of batches is', async () => {
    const file = new LineFile({ path });
    const lines = Array.from({ length: 5000 }, (_, index) => `${index} ${'x'.repeat(index % 100)}`);
    for (const line of lines) file.append(line);
    await file.close();
    expect(contentOf(path)).toBe(`${lines.join('\n')}\n`);
  });

  it('writes a lone line after a while without being asked to', async () => {
    const file = new LineFile({ path });
    file.append('alone');
    await vi.waitFor(() => expect(contentOf(path)).toBe('alone\n'));
    await file.close();
  });

  it.each([
    ['renamed', (from: string) => renameSync(from, `${from}.1`)],
    ['removed', (from: string) => rmSync(from)],
  ])('goes on in a new file after the old one was %s', async (_how, rotate) => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(5000);
    try {
      const file = new LineFile({ path });
      file.append('before');
      await file.flush();
      rotate(path);
      now.mockReturnValue(5999);
      file.append('not looked yet');
      await file.flush();
      now.mockReturnValue(6000);
      file.append('after');
      await file.close();
      expect(contentOf(path)).toBe('after\n');
    } finally {
      now.mockRestore();
    }
  });

  it('counts what does not fit into its memory, and says so once', async () => {
    const losses: (readonly [string | undefined, number])[] = [];
    const file = new LineFile({ path, maxBytes: 20, onLoss: (reason, lost) => void losses.push([reason, lost]) });
    for (const line of ['123456789', '123456789', 'third', 'fourth']) file.append(line);
    await file.flush();
    file.append('fits again');
    await file.close();
    expect(contentOf(path)).toBe('123456789\n123456789\nfits again\n');
    expect(file.lost).toBe(2);
    expect(losses).toEqual([['20 bytes wait already', 1], [undefined, 2]]);
  });

  it('goes on when what was in its way is gone', async () => {
    mkdirSync(path);
    const file = new LineFile({ path });
    file.append('lost');
    await file.flush();
    rmSync(path, { recursive: true });
    file.append('kept');
    await file.close();
    expect(contentOf(path)).toBe('kept\n');
    expect(file.lost).toBe(1);
  });
});
