/** Creates the rows that every control plane has, at its first start. Data planes treat a configuration without them as empty. */
import { randomUUID } from 'node:crypto';

import { DEFAULT_WORKSPACE } from '../model/entities/workspace.ts';
import type { Store } from '../store/store.ts';

/** Key of the parameter that identifies the deployment; all its nodes share it. */
const CLUSTER_ID = 'cluster_id';

/** @param now milliseconds since 1970 */
export async function bootstrap(store: Store, now: number): Promise<void> {
  await store.write(async (writer) => {
    if (!await writer.getByUnique('workspaces', 'name', DEFAULT_WORKSPACE)) {
      const seconds = Math.floor(now / 1000);
      await writer.insert('workspaces', {
        id: randomUUID(), name: DEFAULT_WORKSPACE, comment: null, created_at: seconds, updated_at: seconds, meta: {}, config: {},
      });
    }
    if (!await writer.get('parameters', CLUSTER_ID)) {
      await writer.insert('parameters', { created_at: null, key: CLUSTER_ID, value: randomUUID() });
    }
  });
}
