/** `POST /explain`: what the data planes do with a request, and why. */
import { describedRequest, DESCRIBED_REQUEST } from '../../explain/request-fields.ts';
import { schemaViolation } from '../../model/entity-error.ts';
import { violationOf } from '../../model/schema/violation-of.ts';
import type { Violations } from '../../model/schema/violations.ts';
import { RequestExplainer } from '../request-explainer.ts';
import type { RequestExplainerOptions } from '../request-explainer.ts';
import type { Endpoint } from './endpoint.ts';

export function explainEndpoint(options: RequestExplainerOptions): Endpoint {
  const explainer = new RequestExplainer(options);
  return {
    path: '/explain',
    about: 'what the data planes do with a request: route, plugins and upstream, and why not others',
    isUnlisted: true,
    methods: {
      POST: async (request) => {
        const described = describedRequest(await request.body());
        const violation = violationOf(DESCRIBED_REQUEST, described);
        if (violation !== undefined) throw schemaViolation(violation as Violations);
        return { status: 200, body: await explainer.explain(described) };
      },
    },
  };
}
