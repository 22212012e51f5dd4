/** The code of plugins, which data planes run. A plugin of schemas.ts that has no line here is stored, but not served. */
import type { PluginHandler } from '../plugin-kit/plugin.ts';
import { keyAuthHandler } from './key-auth/handler.ts';
import type { PluginName } from './schemas.ts';

export const HANDLERS = {
  'key-auth': keyAuthHandler,
} satisfies Partial<Record<PluginName, PluginHandler>>;
