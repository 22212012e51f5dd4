/**
 * Applies a declarative file to a control plane: writes its entities, deletes those of earlier versions of the file, and waits until the
 * data planes run the result. Idempotent. One transaction where the control plane has revisions; one entity after the other at every other
 * one that has Kong's Admin API and a database.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { GatewayError } from '../base/errors.ts';
import type { DesiredConfiguration, DesiredEntity, DesiredType } from '../model/desired-entity.ts';
import { UUID } from '../model/schema/compiled/constraints.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { AdminApiError } from './admin-client.ts';
import type { AdminClient } from './admin-client.ts';
import { refusedOperation, sendBatch } from './batch.ts';
import type { BatchOperation } from './batch.ts';

interface ApplyOptions {
  /** Tag that marks the entities of the file. */
  readonly tag: string;
  /** Maximum time in seconds until data planes run the configuration. @default 120 */
  readonly waitSeconds?: number;
}

interface Applied {
  readonly written: number;
  readonly deleted: number;
  /** Number of connected data planes, which all run it. */
  readonly dataPlanes: number;
}

/**
 * @throws AdminApiError when the control plane rejects an entity
 * @throws GatewayError `configuration-not-running` when a data plane rejects the configuration or does not run it in time
 */
export async function applyConfiguration(
  client: AdminClient, configuration: DesiredConfiguration, options: ApplyOptions,
): Promise<Applied> {
  const { tag, waitSeconds = 120 } = options;
  const before = await configurationHashes(client);
  const deleted = await applyAtOnce(client, configuration, tag) ?? await applyOneByOne(client, configuration, tag);
  const dataPlanes = await waitForDataPlanes(client, before, waitSeconds);
  return { written: configuration.entities.length, deleted, dataPlanes };
}

/** How often the transaction is made again because others wrote meanwhile. */
const MAX_TRIES = 5;

/** @returns how many entities were deleted; undefined where the control plane has no transactions */
async function applyAtOnce(client: AdminClient, { entities, types }: DesiredConfiguration, tag: string): Promise<number | undefined> {
  const puts = entities.map((entity) => putOperation(entity, tag));
  for (let attempt = 1; ; attempt += 1) {
    try {
      // The ids of entities that are found by their names: what has the tag and none of these ids is stale.
      const { revision: expected } = await client.request('GET', '/');
      if (expected === undefined) return undefined;
      const { results } = await sendBatch(client, puts, { isDryRun: true, expected });
      const wanted = new Set(results.map((entity) => entity?.id));
      const marked: { readonly type: unknown; readonly id: string }[] = [];
      for await (const { entity_name: type, entity_id: id } of client.list(`tags/${encodeURIComponent(tag)}`)) {
        if (!wanted.has(id)) marked.push({ type, id: id as string });
      }
      const stale = types.toReversed().flatMap(({ type }) => (
        marked.filter((entity) => entity.type === type).map(({ id }): BatchOperation => ({ operation: 'delete', entity: type, key: id }))));
      const operations = [...puts, ...stale];
      if (operations.length > 0) await sendBatch(client, operations, { expected, comment: `configuration ${tag}` });
      return stale.length;
    } catch (error) {
      if (!(error instanceof AdminApiError)) throw error;
      if (error.status === 404 && error.body?.operation === undefined) return undefined;
      if (error.status === 412 && attempt < MAX_TRIES) continue;
      const refused = entities[refusedOperation(error) ?? -1];
      throw refused ? new AdminApiError(`POST /batch: ${refused.type} ${refused.key}`, error.status, error.body) : error;
    }
  }
}

function putOperation({ type, key, fields, references }: DesiredEntity, tag: string): BatchOperation {
  const referring = Object.entries(references).map(([field, { type: target, key: handle }]) => {
    const name = UUID.test(handle) ? 'id' : target === 'consumers' ? 'username' : 'name';
    return [field, { [name]: handle }] as const;
  });
  const tags = [...Array.isArray(fields.tags) ? fields.tags as string[] : [], tag];
  return { operation: 'put', entity: type, key, body: { ...fields, ...Object.fromEntries(referring), tags } };
}

/** @returns how many entities were deleted */
async function applyOneByOne(client: AdminClient, { entities, types }: DesiredConfiguration, tag: string): Promise<number> {
  const written: Written = { ids: new Map<string, string>(), types: new Map(types.map((type) => [type.type, type])) };
  for (const entity of entities) written.ids.set(identity(entity), await write(client, entity, written, tag));
  const marked = await markedEntities(client, written, tag);
  const wanted = new Set([...written.ids].map(([of, id]) => `${of.split(' ')[0]} ${id}`));
  const stale = types.toReversed().flatMap(({ type }) => (
    marked.filter((entity) => entity.type === type && !wanted.has(`${type} ${entity.id}`))));
  for (const { collection, id } of stale) await client.delete(collection, id);
  return stale.length;
}

/** Waits until the Admin API answers, because its nodes may be starting. @throws GatewayError `admin-api-unreachable` */
export async function waitForAdminApi(client: AdminClient, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await client.request('GET', '/status');
      return;
    } catch (error) {
      if (Date.now() + LOOK_MS > deadline) throw error;
      await sleep(LOOK_MS);
    }
  }
}

function identity({ type, key }: Pick<DesiredEntity, 'type' | 'key'>): string {
  return `${type} ${key}`;
}

interface Written {
  /** By type and key. */
  readonly ids: Map<string, string>;
  readonly types: ReadonlyMap<string, DesiredType>;
}

async function write(client: AdminClient, entity: DesiredEntity, written: Written, tag: string): Promise<string> {
  const references = Object.entries(entity.references).map(([field, reference]) => [field, { id: written.ids.get(identity(reference)) }]);
  const tags = [...Array.isArray(entity.fields.tags) ? entity.fields.tags as string[] : [], tag];
  const body: EntityValue = { ...entity.fields, ...Object.fromEntries(references), tags };
  const below = written.types.get(entity.type)?.below;
  const parent = below && written.ids.get(identity(entity.references[below.field]!));
  const stored = await put(client, collectionPath(written, entity, parent), entity.key, body, parent !== undefined);
  return stored.id as string;
}

/** `upstreams/<id>/targets` for an entity type below another one. */
function collectionPath({ types }: Written, { type, collection }: Pick<DesiredEntity, 'type' | 'collection'>, parent?: string): string {
  const below = types.get(type)?.below;
  return below && parent !== undefined ? `${types.get(below.type)!.collection}/${parent}/${collection}` : collection;
}

/** @param isCreated whether Kong creates such an entity by POST only */
async function put(client: AdminClient, collection: string, key: string, body: EntityValue, isCreated: boolean): Promise<EntityValue> {
  try {
    return (await client.put(collection, key, body) as { readonly body: EntityValue }).body;
  } catch (error) {
    if (!isCreated || !(error instanceof AdminApiError) || error.status !== 404) throw error;
    return (await client.create(collection, { ...body, id: key }) as { readonly body: EntityValue }).body;
  }
}

interface Marked {
  readonly type: string;
  readonly id: string;
  /** Path of its collection. */
  readonly collection: string;
}

/** Entities with the tag. Those below an entity that the file no longer has go with it. */
async function markedEntities(client: AdminClient, written: Written, tag: string): Promise<readonly Marked[]> {
  const marked: Marked[] = [];
  for await (const { entity_name: type, entity_id: id } of client.list(`tags/${encodeURIComponent(tag)}`)) {
    const known = written.types.get(type as string);
    if (known && !known.below) marked.push({ type: known.type, id: id as string, collection: known.collection });
  }
  for (const known of written.types.values()) {
    if (!known.below) continue;
    const parents = [...written.ids].filter(([of]) => of.startsWith(`${known.below!.type} `));
    for (const [, parent] of parents) {
      const collection = collectionPath(written, known, parent);
      for await (const { id, tags } of client.list(collection) as AsyncIterable<EntityValue>) {
        if (Array.isArray(tags) && tags.includes(tag)) marked.push({ type: known.type, id: id as string, collection });
      }
    }
  }
  return marked;
}

/** By node id: the hash of the configuration that the data plane runs. */
type Hashes = ReadonlyMap<string, string>;

/** Seconds without a ping after which a data plane counts as disconnected: it pings every 30 s. */
const CONNECTED_SECONDS = 50;

async function configurationHashes(client: AdminClient): Promise<Hashes> {
  const hashes = new Map<string, string>();
  for await (const node of client.list('clustering/data-planes')) {
    if ((node.last_seen as number) > Date.now() / 1000 - CONNECTED_SECONDS) hashes.set(node.id as string, node.config_hash as string);
  }
  return hashes;
}

async function waitForDataPlanes(client: AdminClient, before: Hashes, waitSeconds: number): Promise<number> {
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    const remaining = Math.ceil((deadline - Date.now()) / 1000);
    if (remaining <= 0) throw notRunning(`not all data planes run it after ${waitSeconds} seconds`);
    const state = await revisionState(client, Math.min(remaining, LONGEST_LOOK_SECONDS));
    if (state === undefined) return waitForHashes(client, before, deadline, waitSeconds);
    const refused = state.data_planes.find(({ error }) => error !== null);
    if (refused) throw notRunning(`${refused.hostname} rejected it: ${String(refused.error!.message)}`);
    if (state.in_sync) return state.data_planes.length;
  }
}

const LONGEST_LOOK_SECONDS = 10;

/** undefined when the control plane is another gateway, which has no revisions. */
async function revisionState(client: AdminClient, seconds: number) {
  try {
    return await client.waitForRevision({ seconds });
  } catch (error) {
    if (error instanceof AdminApiError && error.status === 404) return undefined;
    throw error;
  }
}

const LOOK_MS = 1000;

/** Milliseconds after which an unchanged hash means that nothing changed: a data plane needs a moment to report a new one. */
const QUIET_MS = 10_000;

/** Without revisions: waits until all connected data planes report one new hash, or one unchanged hash for a while. */
async function waitForHashes(client: AdminClient, before: Hashes, deadline: number, waitSeconds: number): Promise<number> {
  const begun = Date.now();
  for (;;) {
    const now = await configurationHashes(client);
    const isOne = new Set(now.values()).size <= 1;
    const isNew = [...now].every(([id, hash]) => before.get(id) !== hash);
    if (isOne && (isNew || Date.now() - begun >= QUIET_MS)) return now.size;
    if (Date.now() + LOOK_MS > deadline) throw notRunning(`the data planes run different configurations after ${waitSeconds} seconds`);
    await sleep(LOOK_MS);
  }
}

function notRunning(why: string): GatewayError {
  const message = `the configuration is written, but ${why}; GET /clustering/data-planes shows the data planes`;
  return new GatewayError('configuration-not-running', message, 'unavailable');
}
