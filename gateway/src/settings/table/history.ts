/** Settings of the history of the configuration. */
import { readFileSync } from 'node:fs';

import { messageOf } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { SettingProblem } from '../setting-problem.ts';
import { derived, optional, setting } from '../setting.ts';
import type { SettingReader } from '../setting.ts';
import { integer, path, text } from '../value-kinds.ts';

const KEY = optional('HYBRIDGE_HISTORY_KEY', text,
  'Encrypts secrets in the history: 32 random bytes in base64. Several, separated by commas: the first encrypts, the others still decrypt. '
    + 'Every node of a control plane needs the same. Without a key, secrets are left out of the history.', true);

const KEY_FILE = optional('HYBRIDGE_HISTORY_KEY_FILE', path, 'Path of a file with what HYBRIDGE_HISTORY_KEY may have, in its place.');

export const HISTORY = {
  revisions: setting('HYBRIDGE_HISTORY_REVISIONS', integer(1, 1_000_000), '10000', 'Revisions of the configuration that are kept.'),
  days: setting('HYBRIDGE_HISTORY_DAYS', integer(0, 36_500), '0',
    'Days that revisions of the configuration are kept, the newest excepted. 0: as long as their number allows.'),
  keys: derived([KEY, KEY_FILE], readKeys),
} as const;

/** In base64, each of 32 bytes. Generators of passwords write no padding, so it may be absent. */
function readKeys(reader: SettingReader): readonly Secret[] {
  const [key, file] = [reader.given(KEY), reader.given(KEY_FILE)];
  if (key && file) throw new SettingProblem(`${key.name} and ${file.name} are both set: keep the file, or the key`);
  const given = file ?? key;
  if (!given) return [];
  const keys = (file === undefined ? given.text : contentOf(given.name, given.text)).split(',').map((part) => part.trim());
  for (const each of keys) {
    if (/^[A-Za-z0-9+/]{43}=?$/.test(each)) continue;
    throw new SettingProblem(`${given.name}: expected 32 bytes in base64, such as openssl rand -base64 32 prints`);
  }
  return keys.map((each) => new Secret(each));
}

function contentOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingProblem(`${name}: cannot read ${file}: ${messageOf(error)}`);
  }
}
