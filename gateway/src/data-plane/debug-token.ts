/** What a client on another machine must know to ask how long the parts of its request take: in a file of the node, for its operators. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

const FILE = '.request_debug_token';

/**
 * @param configured @default - random
 * @returns the token, which is in the file, too
 */
export function keepDebugToken(prefix: string, configured: string | undefined, log: Log): string {
  const token = configured ?? randomBytes(16).toString('hex');
  const path = join(prefix, FILE);
  try {
    mkdirSync(prefix, { recursive: true });
    writeFileSync(path, token, { mode: 0o600 });
  } catch (error) {
    log.warn(`${path} cannot be written: ${messageOf(error)}; set KONG_REQUEST_DEBUG_TOKEN to debug requests from other machines`);
  }
  return token;
}
