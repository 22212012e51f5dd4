/** URLs in which an entity of another type stands for the entity, such as a server name for its certificate. */
import { randomUUID } from 'node:crypto';

import { findAt } from '../entity-operations.ts';
import type { AdminAnswer, Endpoint, EndpointChange } from './endpoint.ts';
import { EntityKit, referredKey } from './entity-kit.ts';

/**
 * The endpoints of the entity, and those of the other entity below it. A parameter that is no id is replaced by the id of the entity that
 * the other one refers to; PUT makes a new id when there is no such other entity.
 */
export function addressedByAnother(kit: EntityKit, other: EntityKit, endpoints: readonly Endpoint[]): readonly EndpointChange[] {
  const { field, missing } = kit.schema.addressedBy!;
  const below = other.pathBelow(kit);
  const before: Endpoint['before'] = async (request) => {
    const address = other.addressOfText(request.params[kit.name]!);
    if (address.isPrimary) return request;
    const found = await kit.store.read((reader) => findAt(reader, other.schema, address));
    const key = referredKey(found, field) ?? (request.method === 'PUT' ? randomUUID() : undefined);
    return key === undefined ? notFound(missing) : { ...request, params: { ...request.params, [kit.name]: key } };
  };
  return endpoints.filter(({ path }) => path === kit.entityPath || path === below || path.startsWith(`${below}/`))
    .map(({ path }) => ({ path, before }));
}

function notFound(message: string): AdminAnswer {
  return { status: 404, body: { message } };
}
