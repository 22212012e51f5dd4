/** Explains a request: route, plugins and upstream, from the code that data planes run. */
import type { Steps } from '../base/steps.ts';
import type { OwnAnswer } from '../data-plane/http/answer.ts';
import { protocolAnswer } from '../data-plane/http/protocol-rules.ts';
import { HELD_BACK, NO_ROUTE, NO_SERVICE } from '../data-plane/http/routing-answers.ts';
import type { RouteMatch } from '../data-plane/router/router.ts';
import type { Consumer, Snapshot } from '../model/snapshot.ts';
import { readRequest } from './described-request.ts';
import type { ReadRequest } from './described-request.ts';
import type { ExplainableConfiguration } from './explainable-configuration.ts';
import { explainedPlugins } from './explained-plugins.ts';
import { explainedRoutes } from './explained-routes.ts';
import { explainedUpstream } from './explained-upstream.ts';
import type { DescribedRequest, Explanation, OwnExplanation } from './explanation.ts';

/** Other routes that an explanation names. */
const OTHER_ROUTES = 10;

/** What is the same for all requests that never reach routing. */
const UNROUTED = { route: null, other_routes: [], plugins: [], idle_plugins: [], upstream: null } as const;

export function* explaining(configuration: ExplainableConfiguration, described: DescribedRequest): Steps<Explanation> {
  const request = readRequest(described);
  if ('status' in request) return { ...UNROUTED, request: null, answer: request };
  const { router, snapshot } = configuration.compiled;
  const consumer = described.consumer === undefined ? undefined : consumerOf(snapshot, described.consumer);
  const shown = {
    method: request.method, scheme: request.scheme, host: request.host, port: request.port, path: request.path,
    consumer: consumer?.username ?? consumer?.id ?? null,
  };
  if (described.consumer !== undefined && consumer === undefined) {
    const reason = `consumer: there is none with the id, username or custom id '${described.consumer}'`;
    return { ...UNROUTED, request: shown, answer: { status: 400, message: 'unknown consumer', reason } };
  }
  const { match, others } = yield* explainedRoutes(router, request, OTHER_ROUTES);
  const refusal = refusalOf(request, match);
  // Plugins of a route run only where the gateway has no answer before them.
  const { running, idle } = explainedPlugins(configuration, refusal === null ? match?.route : undefined, request.scheme, consumer);
  const service = match?.route.service;
  const answer = refusal ?? (service === undefined ? WITHOUT_SERVICE : null);
  return {
    request: shown,
    route: match === undefined ? null : {
      id: match.route.id, name: match.route.name, matched_path: match.matched, ...match.captures && { captures: match.captures },
    },
    other_routes: others,
    plugins: running,
    idle_plugins: idle,
    upstream: answer !== null || service === undefined ? null : explainedUpstream(request, match!, service, snapshot),
    answer,
  };
}

function consumerOf({ consumers: { byId, byUsername, byCustomId } }: Snapshot, name: string): Consumer | undefined {
  return byId.get(name) ?? byUsername.get(name) ?? byCustomId.get(name);
}

/** Behind the plugins of the route, one of which may answer. */
const WITHOUT_SERVICE = answerOf(NO_SERVICE, 'the route has no service: what no plugin answers ends here');

/** What the gateway answers before plugins of a route run. */
function refusalOf(request: ReadRequest, match: RouteMatch | undefined): OwnExplanation | null {
  if (match === undefined) return answerOf(NO_ROUTE, 'no route matches: see what the nearest ones miss');
  const { route } = match;
  if (route.heldBack === true) return answerOf(HELD_BACK, 'the route cannot be served: its configuration is not valid');
  const asked = protocolAnswer({ ...request, incoming: request }, route);
  return asked === undefined ? null : answerOf(asked, `the route is for ${route.protocols.join(', ')} only`);
}

function answerOf({ status, message }: OwnAnswer, reason: string): OwnExplanation {
  return { status, message, reason };
}
