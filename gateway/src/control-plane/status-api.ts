/** The status API of a control plane: probes for load balancers and people. */
import type { FastifyInstance } from 'fastify';

import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { createEndpointServer } from './admin-api/endpoint-server.ts';
import type { AdminAnswer, Endpoint } from './admin-api/endpoint.ts';
import { statusEndpoint } from './admin-api/information-endpoints.ts';
import type { ConnectionCounts } from './admin-api/information-endpoints.ts';
import { RequestError } from './admin-api/request-body.ts';

export interface StatusApiOptions {
  readonly store: Store;
  readonly counts: ConnectionCounts;
  readonly log: Log;
  /** From now on not ready; there is no way back. */
  readonly draining: { isOn: boolean };
}

export function createStatusApi({ store, counts, log, draining }: StatusApiOptions): FastifyInstance {
  const readiness: Endpoint = {
    path: '/status/ready',
    methods: {
      GET: async () => readinessOf(draining.isOn, await store.isReachable()),
      POST: async (request) => {
        const { status } = await request.body();
        if (status !== 'draining') throw new RequestError(400, `status: got ${JSON.stringify(status ?? null)}, expected "draining"`);
        draining.isOn = true;
        return { status: 204 };
      },
    },
  };
  return createEndpointServer({ endpoints: [statusEndpoint(store, counts), readiness], log });
}

/** Data planes that are away do not matter: the control plane serves those who administer. */
function readinessOf(isDraining: boolean, isReachable: boolean): AdminAnswer {
  if (isDraining) return { status: 503, body: { message: 'draining' } };
  return isReachable ? { status: 200, body: { message: 'ready' } } : { status: 503, body: { message: 'failed to connect to database' } };
}
