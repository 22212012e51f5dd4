/** request-termination, phase access: answers in place of the upstream. */
import { shownEntity, workspaceOf } from '../../log-entries/shown-entities.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { NodeFacts } from '../../plugin-kit/plugin.ts';
import { requestTermination } from './schema.ts';
import type { RequestTerminationConfig } from './schema.ts';

/** Messages of statuses that have one where the configuration has none. */
const MESSAGES: Readonly<Record<number, string>> = {
  401: 'Unauthorized', 404: 'Not found', 405: 'Method not allowed', 500: 'An unexpected error occurred', 502: 'Bad Gateway',
  503: 'Service unavailable',
};

/** Bytes of a request's body that an echo shows. */
const MAX_ECHO_BYTES = 1_048_576;

export const requestTerminationHandler = defineHandler<RequestTerminationConfig>(requestTermination, (config, { node }) => {
  const { status_code: status, body, content_type: type, trigger } = config;
  const message = config.message ?? MESSAGES[status];
  const document = message === undefined ? undefined : { message };

  return {
    startsNothing: !config.echo,
    access: (exchange) => {
      if (trigger !== null && !isTriggered(exchange, trigger)) return undefined;
      if (config.echo) return echoOf(exchange, node).then((echo) => exchange.respond({ status, body: { ...document, ...echo } }));
      if (body === null) return exchange.respond({ status, ...document !== undefined && { body: document } });
      return exchange.respond({ status, body, ...type !== null && { headers: { 'Content-Type': type } } });
    },
  };
});

function isTriggered({ request }: Exchange, trigger: string): boolean {
  return request.header(trigger.toLowerCase()) !== undefined || request.queryArguments().some(([name]) => name === trigger);
}

/** What the gateway understood of the request, for people who look for mistakes in a client. */
async function echoOf({ request, route, service, configuration }: Exchange, node: NodeFacts): Promise<object> {
  const body = await request.body(MAX_ECHO_BYTES);
  return {
    request: {
      scheme: request.scheme,
      host: request.host,
      port: request.port,
      headers: joined(request.headerLines().map(([name, value]) => [name.toLowerCase(), value])),
      query: joined(request.queryArguments().map(([name, value]) => [name, value ?? true])),
      raw_body: body?.toString() ?? '',
      method: request.method,
      path: request.path,
      uri_captures: { unnamed: request.captures.positions, named: request.captures.names },
    },
    kong: { node_id: node.id, worker_pid: process.pid, hostname: node.hostname },
    matched_route: route && shownEntity(route.row, workspaceOf(configuration)),
    matched_service: service && shownEntity(service.row, workspaceOf(configuration)),
  };
}

/** Several values of a name become a list. */
function joined(pairs: readonly (readonly [string, string | true])[]): Record<string, unknown> {
  const groups = Map.groupBy(pairs, ([name]) => name);
  const valueOf = (values: readonly (readonly [string, string | true])[]) => (
    values.length === 1 ? values[0]![1] : values.map(([, value]) => value));
  return Object.fromEntries([...groups].map(([name, values]) => [name, valueOf(values)]));
}
