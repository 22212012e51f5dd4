/** The UUID of a node, kept in its working directory so that it stays the same node after a restart. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { GatewayError, messageOf } from './errors.ts';
import type { Log } from './log.ts';

const FILE = 'kong.id';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The id from the settings, else the one kept, else a new one.
 * @throws GatewayError `prefix-unwritable`
 */
export function nodeId(prefix: string, configured: string | undefined, log: Log): string {
  if (configured !== undefined) return configured;
  const path = join(prefix, FILE);
  const kept = readKept(path);
  if (kept !== undefined && UUID.test(kept)) return kept;
  if (kept !== undefined) log.warn(`${path} holds no UUID; a new one is made, and this node appears as a new one to the control plane`);
  const id = randomUUID();
  try {
    mkdirSync(prefix, { recursive: true });
    writeFileSync(path, `${id}\n`, { mode: 0o600 });
  } catch (error) {
    throw new GatewayError('prefix-unwritable',
      `KONG_PREFIX: cannot write ${path}: ${messageOf(error)}; choose a folder that this user may write`, 'io', { cause: error });
  }
  return id;
}

function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim().toLowerCase();
  } catch {
    return undefined;
  }
}
