/** Names as the operating system resolves them. */
import { lookup } from 'node:dns/promises';

import { messageOf } from '../../base/errors.ts';
import { NameError } from './resolution.ts';
import type { Resolution, Resolver } from './resolution.ts';

export const SYSTEM_RESOLVER: Resolver = {
  resolve: async (name): Promise<Resolution> => {
    try {
      const found = await lookup(name, { all: true });
      return { addresses: found.map(({ address }) => ({ ip: address })), expiresAt: Date.now() + 5_000, type: 'A' };
    } catch (error) {
      throw new NameError(messageOf(error), Date.now() + 1_000);
    }
  },
};
