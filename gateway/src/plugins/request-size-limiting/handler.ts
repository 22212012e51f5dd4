/** request-size-limiting, phase access: refuses requests whose body is longer than allowed, before an upstream is asked. */
import type { Exchange, Refusal } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { requestSizeLimiting } from './schema.ts';
import type { RequestSizeLimitingConfig } from './schema.ts';

const UNITS: Readonly<Record<string, number>> = { bytes: 1, kilobytes: 1_024, megabytes: 1_048_576 };

const LENGTH_REQUIRED: Refusal = { status: 411, message: 'A valid Content-Length header is required' };

export const requestSizeLimitingHandler = defineHandler<RequestSizeLimitingConfig>(requestSizeLimiting, (config) => {
  const limit = (config.allowed_payload_size ?? Infinity) * UNITS[config.size_unit]!;

  return {
    access: (exchange) => {
      const { bodyLength, hasBody } = exchange.request;
      if (bodyLength !== undefined) {
        if (bodyLength > limit) refuse(exchange);
      } else if (hasBody) return refuseLongChunks(exchange, limit);
      else if (config.require_content_length) exchange.refuse(LENGTH_REQUIRED);
      return undefined;
    },
  };
});

/** The length of a body in chunks is known when it has come, or is too long already. */
async function refuseLongChunks(exchange: Exchange, limit: number): Promise<void> {
  if (await exchange.request.body(limit) === undefined) refuse(exchange);
}

/** A client that asks before it sends gets the answer to that question. */
function refuse(exchange: Exchange): void {
  const asks = exchange.request.header('expect')?.trim().toLowerCase() === '100-continue';
  exchange.refuse({ status: asks ? 417 : 413, message: 'Request size limit exceeded' });
}
