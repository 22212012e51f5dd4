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
  return openStore({ place: placeOf(settings), schemas, log, pollMs: settings.dbUpdateFrequencySeconds * 1000 });
}

function placeOf({ database, prefix, postgres, tunnel }: Settings): Place {
  if (database !== 'postgres') return { kind: 'embedded', file: join(prefix, DATABASE_FILE) };
  const authorities = authoritiesOf(tunnel.trusted);
  return { kind: 'postgres', connection: { ...postgres, authorities: authorities.length > 0 ? authorities : undefined } };
}
