/** Chains of WebAssembly filters: this gateway runs none, and answers as Kong does without them. */
import type { AdminAnswer, Endpoint } from '../endpoint.ts';
import type { EntityExtension } from './extension.ts';

const WITHOUT_WASM: AdminAnswer = { status: 400, body: { message: 'this endpoint is only available when wasm is enabled' } };

const before: Endpoint['before'] = () => WITHOUT_WASM;

export const filterChainEndpoints: EntityExtension = ({ kit, kits, endpoints }) => [
  ...endpoints.filter(({ path }) => path.split('/').includes(kit.path.slice(1))).map(({ path }) => ({ path, before })),
  ...['all', 'enabled', 'disabled'].map((which) => ({
    path: `${kits.get('routes')!.entityPath}/filters/${which}`,
    about: 'the WebAssembly filters of a route; the node runs none',
    methods: { GET: () => WITHOUT_WASM },
    before,
  })),
];
