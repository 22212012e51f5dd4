/** correlation-id: gives a request an id in `access`, unless the client sent one; the answer shows it where `echo_downstream` says so. */
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { GENERATORS } from './generators.ts';
import { correlationId } from './schema.ts';
import type { CorrelationIdConfig } from './schema.ts';

/** The id of a request, for its answer. */
const ids = requestState<string>();

export const correlationIdHandler = defineHandler<CorrelationIdConfig>(correlationId, (config) => {
  const name = config.header_name ?? 'Kong-Request-ID';
  const lowerName = name.toLowerCase();
  const generate = GENERATORS[config.generator]!;

  /** An empty one counts as none. */
  const idOf = ({ request }: Exchange): string => request.header(lowerName) || generate(request);

  return {
    startsNothing: true,
    access: (exchange) => {
      const given = exchange.request.header(lowerName);
      const id = given || generate(exchange.request);
      if (id !== given) exchange.upstream.setHeader(name, id);
      if (config.echo_downstream) ids.set(exchange, id);
    },

    // A request that ended before `access` gets its id here.
    ...config.echo_downstream && {
      responseHeaders: (exchange: Exchange) => exchange.response!.setHeader(name, ids.of(exchange) ?? idOf(exchange)),
    },
  };
});
