/** Plugins: which ones the node knows, the schema of their configuration, and changes of a plugin that does not exist. */
import { EntityError } from '../../../model/entity-error.ts';
import { printSchema } from '../../../model/schema/print.ts';
import { NOT_FOUND } from '../endpoint.ts';
import type { EntityExtension } from './extension.ts';

export const pluginEndpoints: EntityExtension = ({ kit, endpoints, plugins }) => [
  {
    path: kit.entityPath,
    methods: {
      PATCH: async (request) => {
        try {
          return await endpoints.find(({ path }) => path === kit.entityPath)!.methods.PATCH!(request);
        } catch (error) {
          // Without a name, Kong looks for the stored one first and finds nothing.
          const isUnknown = error instanceof EntityError && error.kind === 'notFound' && (await kit.body(request)).name === undefined;
          if (isUnknown) return NOT_FOUND;
          throw error;
        }
      },
    },
  },
  {
    path: '/plugins/enabled',
    about: 'names of the plugins that the node knows',
    methods: { GET: () => ({ status: 200, body: { enabled_plugins: [...plugins.keys()] } }) },
  },
  {
    path: '/plugins/schema/{name}',
    about: 'fields of the configuration of a plugin; deprecated',
    methods: {
      GET: ({ params }) => {
        const config = plugins.get(params.name!)?.fields.config;
        if (config?.type !== 'record') return { status: 404, body: { message: `No plugin named '${params.name}'` } };
        return { status: 200, body: printSchema({ ...config, fields: config.fields ?? {} }) };
      },
    },
  },
];
