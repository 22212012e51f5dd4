/** What the gateway answers to requests that have no route, or one that cannot be served. Texts are Kong's. */
import type { OwnAnswer } from './answer.ts';

export const NO_ROUTE: OwnAnswer = { status: 404, message: 'no Route matched with those values' };

/** The route or its service is in quarantine on this node. */
export const HELD_BACK: OwnAnswer = { status: 503, message: 'Service unavailable' };

export const NO_SERVICE: OwnAnswer = { status: 503, message: 'no Service found with those values' };
