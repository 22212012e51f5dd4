/** Where logins are kept: in the cookie, or in the database of the node with a key to them in the cookie. */
import { randomBytes } from 'node:crypto';

import type { StoredSessions } from '../../plugin-kit/services.ts';
import { createSeal } from '../../session-cookie/seal.ts';

/** Who the client is. */
export interface Login {
  readonly consumer: string;
  readonly credential: string;
  readonly groups?: readonly string[];
}

/** What a cookie has: the login, or the key to it. */
export type Kept = Login | string;

export interface Logins {
  /** `undefined`: it is not kept any more. */
  find(kept: Kept): Login | undefined | Promise<Login | undefined>;
  keep(login: Login): Kept | Promise<Kept>;
  forget(kept: Kept): void | Promise<void>;
}

export const COOKIE_LOGINS: Logins = {
  find: (kept) => (typeof kept === 'string' ? undefined : kept),
  keep: (login) => login,
  forget: () => undefined,
};

/** @param ttlSeconds after which the database forgets a login */
export function storedLogins(sessions: StoredSessions, secret: string, ttlSeconds: number): Logins {
  // The database does not learn who is logged in.
  const seal = createSeal([secret], 'stored session');
  return {
    find: async (kept) => {
      const sealed = typeof kept === 'string' ? await sessions.load(kept) : undefined;
      const text = sealed === undefined ? undefined : seal.open(sealed);
      return text === undefined ? undefined : JSON.parse(text) as Login;
    },
    keep: async (login) => {
      const key = randomBytes(32).toString('base64url');
      await sessions.save(key, seal.seal(JSON.stringify(login)), ttlSeconds);
      return key;
    },
    forget: async (kept) => {
      if (typeof kept === 'string') await sessions.remove(kept);
    },
  };
}
