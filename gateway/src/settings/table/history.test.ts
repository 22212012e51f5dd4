import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readSettings } from '../read.ts';

/** As a generator of passwords makes it, which knows no padding. */
const GENERATED = 'q7Xw2ZbK0mV9tR4yP6sD8fG1hJ3kL5nB0cQ7eU2iO4a';
const PADDED = `${'A'.repeat(43)}=`;

const keysOf = (environment: Readonly<Record<string, string>>) => (
  readSettings(environment).settings.history.keys.map((key) => Buffer.from(key.reveal(), 'base64').length));

describe('keys of the history', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hybridge-history-key-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['one', GENERATED], ['several', `${GENERATED}, ${PADDED}\n`],
  ])('are 32 bytes each, with padding or without: %s', (_name, text) => {
    const file = join(folder, 'key');
    writeFileSync(file, text);
    const lengths = text.split(',').map(() => 32);
    expect(keysOf({ HYBRIDGE_HISTORY_KEY_FILE: file })).toEqual(lengths);
    expect(keysOf({ HYBRIDGE_HISTORY_KEY: text.trim() })).toEqual(lengths);
  });

  it.each(['', 'short', GENERATED.slice(1), `${GENERATED}a`, `${GENERATED}==`, `${GENERATED},`, `${GENERATED.slice(1)}-`])(
    'are refused, without being printed: %j', (text) => {
      const file = join(folder, 'key');
      writeFileSync(file, text);
      const read = () => readSettings({ HYBRIDGE_HISTORY_KEY_FILE: file });
      expect(read).toThrow('HYBRIDGE_HISTORY_KEY_FILE: expected 32 bytes in base64');
      if (text.length > 0) expect(read).not.toThrow(text);
    });
});
