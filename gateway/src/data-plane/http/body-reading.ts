/** Reads bodies of requests before they are sent on, for a plugin or for an upstream that wants to know their length. */
import type { PartReader } from '../../http-engine/messages.ts';
import type { ReceivedRequest } from './received-request.ts';

/** The client ended its connection before its request was whole: the request ends without an answer. */
export class ClientGone extends Error {
  constructor() {
    super('the client went away');
  }
}

/**
 * Of a body that is too long, what was read stays among the parts that are sent on with the rest.
 *
 * @returns `undefined` for one that is longer than the limit
 * @throws ClientGone
 */
export async function readWhole(exchange: ReceivedRequest, maxBytes: number): Promise<Buffer | undefined> {
  const { incoming: { body }, outgoing } = exchange;
  if (body.isAborted) throw new ClientGone();
  if (sizeOf(exchange.held) > maxBytes) return undefined;
  if (body.isComplete) return take(exchange, exchange.held);
  outgoing.sendContinue();
  return new Promise((resolve, reject) => {
    const parts = [...exchange.held];
    let size = sizeOf(parts);
    exchange.held = parts;
    const reader: PartReader = {
      part: (bytes) => {
        parts.push(Buffer.from(bytes));
        size += bytes.length;
        if (size <= maxBytes) return true;
        // Too long to look into.
        resolve(undefined);
        return false;
      },
      end: () => resolve(size > maxBytes ? undefined : take(exchange, parts)),
      abort: () => reject(new ClientGone()),
    };
    body.read(reader);
    body.resume();
  });
}

/** Most of a body that is read ahead. Bytes. */
const MAX_ARRIVED_BYTES = 65_536;

/** Reads what came together with the head: it stays among the parts that are sent on. */
export async function readArrived(exchange: ReceivedRequest): Promise<void> {
  const { incoming: { body } } = exchange;
  if (body.isComplete || body.isAborted) return;
  const parts = [...exchange.held];
  let size = 0;
  exchange.held = parts;
  body.read({
    part: (bytes) => {
      parts.push(Buffer.from(bytes));
      size += bytes.length;
      return size < MAX_ARRIVED_BYTES;
    },
    end: () => { /* `isComplete` says so. */ },
    abort: () => { /* The exchange is closed. */ },
  });
  // The engine hands it over when the handler of the head has returned.
  await undefined;
}

function take(exchange: ReceivedRequest, parts: readonly Buffer[]): Buffer {
  exchange.held = [];
  return Buffer.concat(parts);
}

export function sizeOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
