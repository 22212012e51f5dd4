/** Reads the entities of a control plane, all of one revision. */
import { AdminApiError } from '../../gateway/src/admin-client/admin-client.ts';
import type { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import { GatewayError } from '../../gateway/src/base/errors.ts';
import type { RouterFlavor } from '../../gateway/src/base/router-flavor.ts';
import type { EntitySchema, Schemas } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import { schemasFor } from '../../gateway/src/plugins/schemas.ts';
import { CommandFailure } from '../command.ts';
import { MEMBERSHIPS, collectionOf, isSkipped, managedTypes } from './managed-types.ts';
import type { Selection } from './managed-types.ts';
import type { PresentState } from './state-difference.ts';

export interface ControlPlaneState {
  /** The entity types that the control plane has. */
  readonly schemas: Schemas;
  /** In writing order. */
  readonly types: readonly EntitySchema[];
  readonly present: PresentState;
  /** Absent where the control plane has no revisions. */
  readonly revision?: number;
}

const PAGE_SIZE = 1000;

/** Requests under way at once. */
const CONCURRENCY = 8;

/** How often everything is read while others write. */
const MAX_READINGS = 5;

/** @throws GatewayError when others write all the time */
export async function readPresentState(client: AdminClient, selection: Selection): Promise<ControlPlaneState> {
  const routerFlavor = await routerFlavorOf(client);
  const { schemas } = schemasFor({ compatibility: 'full', role: 'control_plane', routerFlavor });
  for (let reading = 1; ; reading += 1) {
    const pages = new Pages(client);
    const rows = await readRows(pages, managedTypes(schemas, selection), selection);
    if (pages.revisions.size > 1) {
      if (reading === MAX_READINGS) throw changing();
      continue;
    }
    const [revision] = pages.revisions;
    // Which gateway it follows shows in the entity types that it has.
    const hasGroups = selection.skipConsumers || rows.has('consumer_groups');
    const own = hasGroups ? schemas : schemasFor({ compatibility: 'kong-3.9.1', role: 'control_plane', routerFlavor }).schemas;
    const types = managedTypes(own, selection).filter(({ name }) => rows.has(name));
    return { schemas: own, types, present: rows, ...revision !== undefined && { revision } };
  }
}

/** Entities with all these tags, by which files may refer to what they do not contain. */
export async function readTagged(client: AdminClient, schema: EntitySchema, tags: readonly string[]): Promise<readonly EntityValue[]> {
  return await new Pages(client).all(collectionOf(schema), tags) ?? [];
}

async function routerFlavorOf(client: AdminClient): Promise<RouterFlavor> {
  const { body } = await client.request<{ readonly version?: unknown; readonly configuration?: EntityValue } | undefined>('GET', '/');
  if (typeof body?.version !== 'string') {
    throw new CommandFailure('the server at this address is no Admin API of a gateway: check --kong-addr', 'unavailable');
  }
  return body.configuration?.router_flavor === 'expressions' ? 'expressions' : 'traditional_compatible';
}

async function readRows(
  pages: Pages, types: readonly EntitySchema[], selection: Selection,
): Promise<Map<string, Map<string, EntityValue>>> {
  const rows = new Map<string, Map<string, EntityValue>>();
  const add = (schema: EntitySchema, found: readonly EntityValue[]) => {
    const kept = found.filter((row) => hasTags(schema, row, selection.tags) && !isSkipped(selection, schema, row));
    const ofType = rows.get(schema.name) ?? new Map<string, EntityValue>();
    for (const row of kept) ofType.set(row.id as string, row);
    rows.set(schema.name, ofType);
  };
  await inParallel(types.filter((schema) => !schema.isNestedOnly && schema.name !== MEMBERSHIPS), async (schema) => {
    const found = await pages.all(collectionOf(schema), selection.tags);
    if (found) add(schema, found);
  });
  for (const schema of types) {
    const [above, below] = NESTED[schema.name] ?? [];
    const parents = above === undefined ? undefined : rows.get(above);
    if (parents === undefined) continue;
    add(schema, []);
    await inParallel([...parents.keys()], async (parent) => {
      const found = await pages.all(`${above}/${parent}/${below}`, []) ?? [];
      add(schema, schema.name === MEMBERSHIPS ? memberships(parent, found, rows.get('consumers')) : found);
    });
  }
  return rows;
}

/** By entity type: the collection that it is below, and its name there. */
const NESTED: Readonly<Record<string, readonly [above: string, below: string]>> = {
  targets: ['upstreams', 'targets'], [MEMBERSHIPS]: ['consumer_groups', 'consumers'],
};

/** Members that are selected themselves, as the entities that join them to the group. */
function memberships(group: string, members: readonly EntityValue[], consumers: ReadonlyMap<string, EntityValue> | undefined) {
  return members.filter(({ id }) => consumers?.has(id as string)).map(({ id }) => ({
    id: `${group}/${String(id)}`, consumer_group: { id: group }, consumer: { id },
  }));
}

function hasTags(schema: EntitySchema, row: EntityValue, tags: readonly string[]): boolean {
  return tags.length === 0 || schema.name === MEMBERSHIPS || (
    Array.isArray(row.tags) && tags.every((tag) => (row.tags as unknown[]).includes(tag))
  );
}

interface Page {
  readonly data: readonly EntityValue[];
  readonly offset?: string | null;
}

class Pages {
  /** Of all answers. */
  readonly revisions = new Set<number>();
  readonly #client: AdminClient;

  constructor(client: AdminClient) {
    this.#client = client;
  }

  /** @returns undefined when the control plane has no such entities */
  async all(collection: string, tags: readonly string[]): Promise<EntityValue[] | undefined> {
    const query = tags.length === 0 ? '' : `&tags=${tags.map(encodeURIComponent).join(',')}`;
    const rows: EntityValue[] = [];
    let offset: string | null | undefined;
    do {
      const after = offset ? `&offset=${encodeURIComponent(offset)}` : '';
      const page = await this.#page(`/${collection}?size=${PAGE_SIZE}${query}${after}`);
      if (page === undefined) return undefined;
      for (const row of page.data) rows.push(row);
      ({ offset } = page);
    } while (offset);
    return rows;
  }

  async #page(path: string): Promise<Page | undefined> {
    try {
      const { body, revision } = await this.#client.request<Page | undefined>('GET', path);
      if (revision !== undefined) this.revisions.add(revision);
      if (!Array.isArray(body?.data)) throw new CommandFailure(`GET ${path}: the answer is no list: check --kong-addr`, 'unavailable');
      return body;
    } catch (error) {
      if (error instanceof AdminApiError && UNKNOWN_COLLECTION.has(error.status)) return undefined;
      throw error;
    }
  }
}

/** Filter chains are refused with 400 where WebAssembly is off. */
const UNKNOWN_COLLECTION: ReadonlySet<number> = new Set([400, 404, 405]);

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
}

function changing(): GatewayError {
  const message = `the configuration changed each of ${MAX_READINGS} times that it was read: try again when others write less`;
  return new GatewayError('configuration-changing', message, 'unavailable');
}
