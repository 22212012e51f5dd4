/**
 * Endpoints of entity types, derived from their schemas: the collection, the entity, and for each reference the entity that it points to
 * and the collection below that entity. No entity type has code of its own here.
 */
import { foreignFieldsOf, primaryKeyOf } from '../../model/schema/entity-schema.ts';
import type { EntitySchema } from '../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { Reader, Store, Entity } from '../../store/store.ts';
import { addressOf, changeEntity, createEntity, deleteEntity, findAt, putEntity } from '../entity-operations.ts';
import type { EntityAddress, OperationContext } from '../entity-operations.ts';
import { METHOD_NOT_ALLOWED, NOT_FOUND } from './endpoint.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from './endpoint.ts';
import { typedForm } from './form-types.ts';
import { listRequested, pageAnswer, pageRequested } from './pagination.ts';

export function entityEndpoints(store: Store, context: OperationContext): readonly Endpoint[] {
  const shown = [...context.schemas.values()].filter((schema) => schema.hasAdminApi !== false);
  return shown.flatMap((schema) => {
    const maker = new EndpointMaker(store, schema, context);
    const references = foreignFieldsOf(schema).flatMap(({ name, reference }) => {
      const target = shown.find((other) => other.name === reference);
      if (!target) return [];
      return schema.isNestedOnly ? maker.below(target, name) : [maker.referred(name, target), ...maker.below(target, name)];
    });
    return schema.isNestedOnly ? references : [maker.collection(), maker.entity(), ...references];
  });
}

class EndpointMaker {
  readonly #store: Store;
  readonly #schema: EntitySchema;
  readonly #context: OperationContext;
  readonly #path: string;
  readonly #name: string;

  constructor(store: Store, schema: EntitySchema, context: OperationContext) {
    this.#store = store;
    this.#schema = schema;
    this.#context = context;
    this.#path = pathOf(schema);
    this.#name = schema.name;
  }

  collection(): Endpoint {
    return {
      path: this.#path,
      methods: {
        GET: (request) => this.#list(request),
        POST: async (request) => this.#created(await this.#body(request)),
      },
    };
  }

  entity(): Endpoint {
    const address = (request: AdminRequest) => addressOf(this.#schema, request.params[this.#name]!);
    return {
      path: `${this.#path}/{${this.#name}}`,
      methods: {
        GET: async (request) => this.#found(await this.#store.read((reader) => findAt(reader, this.#schema, address(request)))),
        PUT: async (request) => this.#put(address(request), await this.#body(request)),
        PATCH: (request) => this.#change(address(request), request),
        DELETE: async (request) => {
          const { revision } = await this.#store.write((writer) => deleteEntity(writer, this.#schema, address(request), this.#context));
          return { status: 204, revision };
        },
      },
    };
  }

  /** `/routes/{routes}/service`: the entity that a reference points to. */
  referred(field: string, target: EntitySchema): Endpoint {
    const other = new EndpointMaker(this.#store, target, this.#context);
    interface Found {
      readonly entity?: Entity;
      readonly address?: EntityAddress;
    }
    const reference = async (reader: Reader, request: AdminRequest): Promise<Found> => {
      const entity = await findAt(reader, this.#schema, addressOf(this.#schema, request.params[this.#name]!));
      const id = (entity?.[field] as { readonly id: string } | null | undefined)?.id;
      return { entity, ...id !== undefined && { address: { field: primaryKeyOf(target), value: id, isPrimary: true } } };
    };
    return {
      path: `${this.#path}/{${this.#name}}/${field}`,
      methods: {
        GET: (request) => this.#store.read(async (reader) => {
          const { address } = await reference(reader, request);
          return other.#found(address && await findAt(reader, target, address));
        }),
        PUT: async (request) => {
          const body = await other.#body(request);
          const { value, revision } = await this.#store.write(async (writer) => {
            const { entity, address } = await reference(writer, request);
            if (!entity) return undefined;
            if (address) return putEntity(writer, target, address, body, this.#context);
            const made = await createEntity(writer, target, body, this.#context);
            await writer.replace(this.#name, { ...entity, [field]: { id: made[primaryKeyOf(target)] } });
            return made;
          });
          return { ...other.#found(value), revision };
        },
        PATCH: async (request) => {
          const { address } = await this.#store.read((reader) => reference(reader, request));
          return address ? other.#change(address, request) : NOT_FOUND;
        },
        // Other entities may refer to it too: it can be deleted at its own URL only.
        DELETE: async (request) => {
          const { address } = await this.#store.read((reader) => reference(reader, request));
          return address ? METHOD_NOT_ALLOWED : NOT_FOUND;
        },
      },
    };
  }

  /** `/services/{services}/routes` and `/services/{services}/routes/{routes}`: the entities that refer to a parent. */
  below(parent: EntitySchema, field: string): readonly Endpoint[] {
    const path = `${pathOf(parent)}/{${parent.name}}/${this.#schema.adminApiNestedName ?? this.#schema.adminApiName ?? this.#name}`;
    const parentOf = async (reader: Reader, { params }: AdminRequest) => findAt(reader, parent, addressOf(parent, params[parent.name]!));
    const keyOf = (entity: Entity) => entity[primaryKeyOf(parent)] as string;
    const address = (request: AdminRequest) => addressOf(this.#schema, request.params[this.#name]!);
    const isBelow = (entity: Entity | undefined, owner: Entity) => (
      (entity?.[field] as { readonly id: string } | null | undefined)?.id === keyOf(owner));
    const ownChild = async (reader: Reader, request: AdminRequest): Promise<Entity | undefined> => {
      const owner = await parentOf(reader, request);
      const child = owner && await findAt(reader, this.#schema, address(request));
      return owner && isBelow(child, owner) ? child : undefined;
    };
    return [{
      path,
      methods: {
        GET: (request) => this.#store.read(async (reader) => {
          const owner = await parentOf(reader, request);
          if (!owner) return NOT_FOUND;
          const page = await reader.list(this.#name, { ...pageRequested(request), referring: { field, key: keyOf(owner) } });
          return pageAnswer(request, page, (item) => this.#shown(item), []);
        }),
        POST: async (request) => {
          const owner = await this.#store.read((reader) => parentOf(reader, request));
          return owner ? this.#created({ ...await this.#body(request), [field]: { id: keyOf(owner) } }) : NOT_FOUND;
        },
      },
    }, {
      path: `${path}/{${this.#name}}`,
      methods: {
        GET: async (request) => this.#found(await this.#store.read((reader) => ownChild(reader, request))),
        PUT: async (request) => {
          const owner = await this.#store.read((reader) => parentOf(reader, request));
          return owner ? this.#put(address(request), { ...await this.#body(request), [field]: { id: keyOf(owner) } }) : NOT_FOUND;
        },
        PATCH: async (request) => {
          const child = await this.#store.read((reader) => ownChild(reader, request));
          return child ? this.#change(address(request), request) : NOT_FOUND;
        },
        DELETE: async (request) => {
          const { value, revision } = await this.#store.write(async (writer) => (
            await ownChild(writer, request) ? deleteEntity(writer, this.#schema, address(request), this.#context) : false));
          return value ? { status: 204, revision } : NOT_FOUND;
        },
      },
    }];
  }

  #list(request: AdminRequest): Promise<AdminAnswer> {
    const lookup = this.#schema.lookupField;
    const wanted = lookup === undefined ? null : request.query.get(lookup);
    return this.#store.read(async (reader) => {
      if (wanted !== null) {
        const found = await reader.getByUnique(this.#name, lookup!, wanted);
        return pageAnswer(request, { items: found ? [found] : [] }, (item) => this.#shown(item), []);
      }
      return pageAnswer(request, await reader.list(this.#name, listRequested(request)), (item) => this.#shown(item), ['tags', 'size']);
    });
  }

  async #created(given: EntityValue): Promise<AdminAnswer> {
    const { value, revision } = await this.#store.write((writer) => createEntity(writer, this.#schema, given, this.#context));
    return { status: 201, body: this.#shown(value), revision };
  }

  async #put(address: EntityAddress, given: EntityValue): Promise<AdminAnswer> {
    const { value, revision } = await this.#store.write((writer) => putEntity(writer, this.#schema, address, given, this.#context));
    return { status: 200, body: this.#shown(value), revision };
  }

  async #change(address: EntityAddress, request: AdminRequest): Promise<AdminAnswer> {
    const stored = await this.#store.read((reader) => findAt(reader, this.#schema, address));
    const changes = await request.body((form) => typedForm(this.#schema, form, stored));
    const { subschema } = this.#schema;
    if (!stored && subschema?.needsStored && changes[subschema.key] === undefined) return NOT_FOUND;
    const { value, revision } = await this.#store.write((writer) => changeEntity(writer, this.#schema, address, changes, this.#context));
    return { status: 200, body: this.#shown(value), revision };
  }

  #body(request: AdminRequest): Promise<EntityValue> {
    return request.body((form) => typedForm(this.#schema, form));
  }

  #found(entity: Entity | undefined): AdminAnswer {
    return entity ? { status: 200, body: this.#shown(entity) } : NOT_FOUND;
  }

  /** The entity as clients see it: `ttl` is the number of seconds left. */
  #shown(entity: Entity): EntityValue {
    if (!this.#schema.hasTtl) return entity;
    const { ttl } = entity;
    return { ...entity, ttl: typeof ttl === 'number' ? Math.max(0, Math.floor(ttl - this.#context.now() / 1000)) : null };
  }
}

function pathOf(schema: EntitySchema): string {
  return `/${schema.adminApiName ?? schema.name}`;
}
