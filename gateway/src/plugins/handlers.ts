/** The code of plugins, which data planes run. */
import type { PluginHandler } from '../plugin-kit/plugin.ts';
import { keyAuthHandler } from './key-auth/handler.ts';
import { requestTerminationHandler } from './request-termination/handler.ts';
import type { SERVED_PLUGINS } from './schemas.ts';

export const HANDLERS = {
  'key-auth': keyAuthHandler,
  'request-termination': requestTerminationHandler,
} satisfies Record<typeof SERVED_PLUGINS[number], PluginHandler>;
