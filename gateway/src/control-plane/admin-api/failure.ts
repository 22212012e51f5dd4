/** Failures of handlers as answers: Kong's for entities, 503 while the database is away, 500 for what is not expected. */
import { GatewayError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { EntityError } from '../../model/entity-error.ts';
import type { EntityErrorKind } from '../../model/entity-error.ts';
import { isDatabaseUnavailable } from '../../store/database-unavailable.ts';
import type { AdminAnswer } from './endpoint.ts';
import { RequestError } from './request-error.ts';

export const UNEXPECTED = 'An unexpected error occurred';

/** Seconds after which a client may try again while the database is away. */
const RETRY_AFTER_SECONDS = 5;

const NO_DATABASE: AdminAnswer = {
  status: 503,
  body: { message: 'the database is not available; try again later' },
  headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
};

const STATUS_OF_KIND: Readonly<Partial<Record<EntityErrorKind, number>>> = {
  uniqueViolation: 409, notFound: 404, operationUnsupported: 405,
};

export function statusOfKind(kind: EntityErrorKind): number {
  return STATUS_OF_KIND[kind] ?? 400;
}

const STATUS_OF_REVISION: Readonly<Record<string, number>> = { 'revision-conflict': 412, 'revision-pruned': 410, 'revision-unknown': 404 };

/** The answer to a request whose handler threw. */
export function failure(error: unknown, log: Log): AdminAnswer {
  if (error instanceof RequestError) return { status: error.status, ...error.message && { body: { message: error.message } } };
  // The store has logged the outage, once for all requests that it fails.
  if (isDatabaseUnavailable(error)) return NO_DATABASE;
  const status = error instanceof GatewayError ? STATUS_OF_REVISION[error.code] : undefined;
  if (status !== undefined) return { status, body: { message: messageOf(error) } };
  if (!(error instanceof EntityError)) {
    // The cause is logged; clients do not see it.
    log.error('a request of the Admin API failed', { error: messageOf(error) });
    return { status: 500, body: { message: UNEXPECTED } };
  }
  const { code, title: name, message, fields, options } = error;
  const details = { ...fields && { fields: asListIfPositions(fields) }, ...options && { options } };
  return { status: statusOfKind(error.kind), body: { code, name, message, ...details } };
}

/** What is wrong with a list that was sent as a body, by position, is printed as a list. */
function asListIfPositions(fields: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(fields);
  return names.length > 0 && names.every((name, index) => name === String(index + 1)) ? Object.values(fields) : fields;
}
