/** The code of every plugin in schemas.ts, which data planes run. A new plugin is one line here and one there. */
import type { PluginHandler } from '../plugin-kit/plugin.ts';
import { keyAuthHandler } from './key-auth/handler.ts';
import type { PluginName } from './schemas.ts';

export const HANDLERS = {
  'key-auth': keyAuthHandler,
} satisfies Record<PluginName, PluginHandler>;
