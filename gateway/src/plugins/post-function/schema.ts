/** post-function: holds Lua functions to run after all other plugins. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { FUNCTION_PHASES, luaFunctions } from '../../model/plugin-fields/lua-code.ts';
import { noConsumer, protocolsAll } from '../../model/schema/typedefs.ts';

const config = luaFunctions('post-function');

export const postFunction = definePlugin({
  name: 'post-function',
  priority: -1000,
  fields: { consumer: noConsumer, protocols: protocolsAll, config },
  entity_checks: [
    { at_least_one_of: FUNCTION_PHASES.map((phase) => `config.${phase}`) },
  ],
});
