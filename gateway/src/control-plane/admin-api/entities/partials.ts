/** Partials: which plugins are linked to one. */
import { linkedPlugins } from '../../entity-rules/partials.ts';
import { NOT_FOUND } from '../endpoint.ts';
import type { EntityExtension } from './extension.ts';

export const partialEndpoints: EntityExtension = ({ kit, kits }) => [{
  path: `${kit.entityPath}/links`,
  methods: {
    GET: (request) => kit.store.read(async (reader) => {
      const partial = await kit.find(reader, request);
      if (!partial) return NOT_FOUND;
      const plugins = (await linkedPlugins(reader, partial)).map((plugin) => kits.get('plugins')!.shown(plugin));
      return { status: 200, body: { count: plugins.length, data: plugins, next: null } };
    }),
  },
}];
