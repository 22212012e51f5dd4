/** Opens the store that a node's settings name. */
import { join } from 'node:path';

import { authoritiesOf } from '../base/authorities.ts';
import type { Log } from '../base/log.ts';
import { schemasFor } from '../plugins/schemas.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/open.ts';
import type { Place } from '../store/open.ts';
import type { Store } from '../store/store.ts';

/** File of the embedded database, in KONG_PREFIX. */
const DATABASE_FILE = 'hybridge.db';

/** @throws GatewayError `database-unavailable`, `database-newer` */
export function openNodeStore(settings: Settings, log: Log): Promise<Store> {
  const { schemas } = schemasFor(settings);
  const pollMs = settings.database === 'mysql' ? settings.mysql.pollMs : settings.dbUpdateFrequencySeconds * 1000;
  const { revisions, days, keys } = settings.history;
  const historyKeys = keys.map((key) => Buffer.from(key.reveal(), 'base64'));
  return openStore({ place: placeOf(settings), schemas, log, pollMs, retention: { revisions, days }, historyKeys });
}

function placeOf({ database, prefix, postgres, mysql, tunnel }: Settings): Place {
  if (database !== 'postgres' && database !== 'mysql') return { kind: 'embedded', file: join(prefix, DATABASE_FILE) };
  const trusted = authoritiesOf(tunnel.trusted);
  const authorities = trusted.length > 0 ? trusted : undefined;
  return database === 'mysql'
    ? { kind: 'mysql', connection: { ...mysql, authorities } } : { kind: 'postgres', connection: { ...postgres, authorities } };
}
