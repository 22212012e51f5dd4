/** Sessions of browsers in the node's database, for plugins of the data plane in the same process. */
import type { Store } from '../store/store.ts';
import { createEntity } from './entity-operations.ts';
import type { OperationContext } from './entity-operations.ts';

/** The entity type. */
const SESSIONS = 'sessions';

export interface StoredSessions {
  load(id: string): Promise<string | undefined>;
  save(id: string, data: string, ttlSeconds: number): Promise<void>;
  remove(id: string): Promise<void>;
}

/** @param store called for each session: the store may not be open yet */
export function storedSessions(store: () => Store, context: OperationContext): StoredSessions {
  const find = async (id: string) => store().latest.getByUnique(SESSIONS, 'session_id', id);
  return {
    load: async (id) => {
      const row = await find(id);
      return typeof row?.data === 'string' ? row.data : undefined;
    },
    save: async (id, data, ttlSeconds) => {
      const expires = Math.floor(context.now() / 1000) + ttlSeconds;
      const given = { session_id: id, data, expires, ttl: ttlSeconds };
      // Only the plugin session keeps sessions, and brings this type.
      await store().write((writer) => createEntity(writer, context.schemas.get(SESSIONS)!, given, context));
    },
    remove: async (id) => {
      const row = await find(id);
      if (row !== undefined) await store().write((writer) => writer.delete(SESSIONS, row.id as string));
    },
  };
}

/** Those of a control plane that is made later: it needs the data plane that needs these. */
export function sessionsOf(controlPlane: () => { readonly sessions: StoredSessions }): StoredSessions {
  return {
    load: (id) => controlPlane().sessions.load(id),
    save: (id, data, ttlSeconds) => controlPlane().sessions.save(id, data, ttlSeconds),
    remove: (id) => controlPlane().sessions.remove(id),
  };
}
