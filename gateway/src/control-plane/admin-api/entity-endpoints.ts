/**
 * Endpoints of entity types, derived from their schemas: the collection, the entity, and for each reference the entity that it points to
 * and the collection below that entity. What a type does otherwise is in its file in entities/.
 */
import { randomUUID } from 'node:crypto';

import { foreignFieldsOf, primaryKeyOf } from '../../model/schema/entity-schema.ts';
import type { Reader, Store } from '../../store/store.ts';
import { changeEntity, putEntity } from '../entity-operations.ts';
import type { EntityAddress, OperationContext } from '../entity-operations.ts';
import { addressedByAnother } from './addressed-by-another.ts';
import { changedEndpoints, disabled, METHOD_NOT_ALLOWED, NOT_FOUND } from './endpoint.ts';
import type { AdminRequest, Endpoint } from './endpoint.ts';
import type { ExtensionOptions } from './entities/extension.ts';
import { ENTITY_EXTENSIONS } from './entities/list.ts';
import { EntityKit, referredKey } from './entity-kit.ts';
import type { Locate } from './entity-kit.ts';
import { listRequested, pageAnswer, pageRequested } from './pagination.ts';

export function entityEndpoints(
  store: Store, context: OperationContext, options: ExtensionOptions,
): readonly Endpoint[] {
  const shown = [...context.schemas.values()].filter((schema) => schema.hasAdminApi !== false);
  const kits = new Map(shown.map((schema) => [schema.name, new EntityKit(store, schema, context)]));
  const generic = [...kits.values()].flatMap((kit) => endpointsOf(kit, kits));
  return [...kits.values()].reduce<readonly Endpoint[]>((endpoints, kit) => {
    const { addressedBy } = kit.schema;
    const other = addressedBy && kits.get(addressedBy.entity);
    return changedEndpoints(endpoints, [
      ...other ? addressedByAnother(kit, other, endpoints) : [],
      ...ENTITY_EXTENSIONS[kit.name]?.({ ...options, kit, kits, endpoints }) ?? [],
    ]);
  }, generic);
}

function endpointsOf(kit: EntityKit, kits: ReadonlyMap<string, EntityKit>): readonly Endpoint[] {
  const references = foreignFieldsOf(kit.schema).flatMap(({ name, reference }) => {
    const target = kits.get(reference);
    return target ? [{ own: referred(kit, name, target), below: below(kit, name, target) }] : [];
  });
  const own = [collection(kit), entity(kit), ...references.map((each) => each.own)];
  return [...kit.schema.isNestedOnly ? own.map(disabled) : own, ...references.flatMap((each) => each.below)];
}

function collection(kit: EntityKit): Endpoint {
  const { schema: { lookupField }, name } = kit;
  return {
    path: kit.path,
    entity: { type: kit.name, isList: true },
    methods: {
      GET: (request) => kit.store.read(async (reader) => {
        const wanted = lookupField === undefined ? null : request.query.get(lookupField);
        if (wanted === null) return kit.page(reader, request, await reader.list(name, listRequested(request)), ['tags', 'size']);
        const found = await reader.getByUnique(name, lookupField!, wanted);
        return pageAnswer(request, { items: found ? [found] : [] }, (item) => kit.shown(item), []);
      }),
      POST: (request) => kit.post(request),
    },
  };
}

function entity(kit: EntityKit): Endpoint {
  const locate: Locate = async (_reader, request) => ({ address: kit.address(request) });
  return {
    path: kit.entityPath,
    entity: { type: kit.name, isList: false },
    methods: {
      GET: (request) => kit.getNamed(request),
      PUT: (request) => kit.put(request, locate),
      PATCH: (request) => kit.patch(request, locate),
      DELETE: (request) => kit.delete(request, locate),
    },
  };
}

/** `/routes/{routes}/service`: the entity that a reference points to. */
function referred(kit: EntityKit, field: string, target: EntityKit): Endpoint {
  const addressOfKey = (key: string): EntityAddress => ({ field: primaryKeyOf(target.schema), value: key, isPrimary: true });
  const locate: Locate = async (reader, request) => {
    const key = referredKey(await kit.find(reader, request), field);
    return key === undefined ? undefined : { address: addressOfKey(key) };
  };
  return {
    path: `${kit.entityPath}/${field}`,
    entity: { type: target.name, isList: false },
    methods: {
      GET: (request) => target.get(request, locate),
      PUT: async (request) => {
        const body = await target.body(request);
        return target.written(request, 200, async (writer) => {
          const referring = await kit.find(writer, request);
          if (!referring) return undefined;
          const key = referredKey(referring, field);
          await target.check(writer, request, async () => (key === undefined ? undefined : writer.get(target.name, key)));
          const made = await putEntity(writer, target.schema, addressOfKey(key ?? randomUUID()), body, target.context);
          if (key === undefined) {
            const reference = { [field]: { id: target.keyOf(made) } };
            await changeEntity(writer, kit.schema, referring, kit.address(request), reference, kit.context);
          }
          return made;
        });
      },
      PATCH: async (request) => {
        const changes = await target.body(request, () => kit.store.read((reader) => referredEntity(reader, request)));
        return target.written(request, 200, async (writer) => {
          const stored = await referredEntity(writer, request);
          await target.check(writer, request, stored);
          return stored && changeEntity(writer, target.schema, stored, addressOfKey(target.keyOf(stored)), changes, target.context);
        });
      },
      // Other entities may refer to it too: it can be deleted at its own URL only.
      DELETE: (request) => kit.store.read(async (reader) => (await locate(reader, request) ? METHOD_NOT_ALLOWED : NOT_FOUND)),
    },
  };

  async function referredEntity(reader: Reader, request: AdminRequest) {
    const place = await locate(reader, request);
    return place && target.at(reader, place);
  }
}

/** `/services/{services}/routes` and `/services/{services}/routes/{routes}`: the entities that refer to a parent. */
function below(kit: EntityKit, field: string, parent: EntityKit): readonly Endpoint[] {
  const path = kit.pathBelow(parent);
  const locate: Locate = async (reader, request) => {
    const owner = await parent.parent(reader, request, field);
    return owner && { address: kit.address(request, owner), parent: owner };
  };
  return [{
    path,
    entity: { type: kit.name, isList: true },
    methods: {
      GET: (request) => kit.store.read(async (reader) => {
        const referring = await parent.parent(reader, request, field);
        if (!referring) return NOT_FOUND;
        return kit.page(reader, request, await reader.list(kit.name, { ...pageRequested(request), referring }));
      }),
      POST: (request) => kit.post(request, (writer) => parent.parent(writer, request, field)),
    },
  }, {
    path: `${path}/{${kit.name}}`,
    entity: { type: kit.name, isList: false },
    methods: {
      GET: (request) => kit.get(request, locate),
      PUT: (request) => kit.put(request, locate),
      PATCH: (request) => kit.patch(request, locate),
      DELETE: (request) => kit.delete(request, locate, NOT_FOUND),
    },
  }];
}
