/** The plugins that data planes run: code for every schema in schemas.ts. A new plugin is a line in each. */
import type { PluginHandler } from '../plugin-kit/plugin.ts';
import { keyAuthHandler } from './key-auth/handler.ts';
import type { PluginName } from './schemas.ts';

export const HANDLERS = {
  'key-auth': keyAuthHandler,
} satisfies Record<PluginName, PluginHandler>;
