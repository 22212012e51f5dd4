/** What endpoints of one entity type have in common: they find entities, read bodies, write, and show the result. */
import { primaryKeyOf } from '../../model/schema/entity-schema.ts';
import type { EntitySchema } from '../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import { presentEntity } from '../../model/schema/present.ts';
import { typedForm } from '../../model/schema/typed-form.ts';
import type { Entity, Page, Reader, Store, Writer } from '../../store/store.ts';
import {
  addressOf, changeEntity, completed, createEntity, deleteEntity, findAt, notFoundAt, putEntity,
} from '../entity-operations.ts';
import type { EntityAddress, OperationContext, Parent } from '../entity-operations.ts';
import { rulesOf } from '../entity-rules/list.ts';
import { checkConditions, etagOf } from './conditions.ts';
import { NOT_FOUND } from './endpoint.ts';
import type { AdminAnswer, AdminRequest } from './endpoint.ts';
import { pageAnswer } from './pagination.ts';
import { runWrite } from './run-write.ts';

/** What a URL says of an entity: its address, and the parent that it is looked for below. */
export interface Place {
  readonly address: EntityAddress;
  readonly parent?: Parent;
}

/** Finds the place that a request means; undefined when a parent in its URL does not exist. */
export type Locate = (reader: Reader, request: AdminRequest) => Promise<Place | undefined>;

export class EntityKit {
  readonly store: Store;
  readonly schema: EntitySchema;
  readonly context: OperationContext;

  constructor(store: Store, schema: EntitySchema, context: OperationContext) {
    this.store = store;
    this.schema = schema;
    this.context = context;
  }

  get name(): string {
    return this.schema.name;
  }

  /** E.g. `/services`. */
  get path(): string {
    return `/${this.schema.adminApiName ?? this.schema.name}`;
  }

  /** E.g. `/services/{services}`. */
  get entityPath(): string {
    return `${this.path}/{${this.name}}`;
  }

  /** The path of the entities that refer to a parent, e.g. `/services/{services}/routes`. */
  pathBelow(parent: EntityKit): string {
    return `${parent.entityPath}/${this.schema.adminApiNestedName ?? this.schema.adminApiName ?? this.name}`;
  }

  /** The address that the path's parameter says. @throws EntityError */
  address({ params }: AdminRequest, parent?: Parent): EntityAddress {
    return addressOf(this.schema, params[this.name]!, parent);
  }

  /** The address that a text says. @throws EntityError */
  addressOfText(text: string): EntityAddress {
    return addressOf(this.schema, text);
  }

  keyOf(entity: Entity): string {
    return entity[primaryKeyOf(this.schema)] as string;
  }

  /** The entity that the path's parameter names. */
  find(reader: Reader, request: AdminRequest): Promise<Entity | undefined> {
    return findAt(reader, this.schema, this.address(request));
  }

  /** The parent that the path's parameter names, as the entities below it refer to it. */
  async parent(reader: Reader, request: AdminRequest, field: string): Promise<Parent | undefined> {
    const entity = await this.find(reader, request);
    return entity && { field, key: this.keyOf(entity) };
  }

  /** The entity at a place, if it refers to the place's parent. */
  async at(reader: Reader, { address, parent }: Place): Promise<Entity | undefined> {
    const entity = await findAt(reader, this.schema, address);
    return !parent || referredKey(entity, parent.field) === parent.key ? entity : undefined;
  }

  /** @param stored finds the entity that is being changed: it may decide the types of fields */
  body(request: AdminRequest, stored?: () => Promise<Entity | undefined>): Promise<EntityValue> {
    return request.body(async (form) => typedForm(this.schema, form, await stored?.()));
  }

  async get(request: AdminRequest, locate: Locate, missing = NOT_FOUND): Promise<AdminAnswer> {
    return this.store.read(async (reader) => {
      const place = await locate(reader, request);
      const entity = place && await this.at(reader, place);
      return entity ? this.answer(200, (await completed(reader, this.schema, [entity]))[0]!) : missing;
    });
  }

  /** The entity that the path's parameter names. One statement is enough, unless answers show more than its row. */
  async getNamed(request: AdminRequest): Promise<AdminAnswer> {
    if (rulesOf(this.name).complete) return this.get(request, async () => ({ address: this.address(request) }));
    const entity = await this.find(this.store.latest, request);
    return entity ? this.answer(200, entity) : NOT_FOUND;
  }

  /** @param parentOf the parent that the URL names; `undefined` when it does not exist */
  async post(request: AdminRequest, parentOf?: (writer: Writer) => Promise<Parent | undefined>): Promise<AdminAnswer> {
    const body = await this.body(request);
    return this.written(request, 201, async (writer) => {
      const parent = await parentOf?.(writer);
      if (parentOf && !parent) return undefined;
      await this.check(writer, request, undefined);
      return createEntity(writer, this.schema, { ...body, ...parent && reference(parent) }, this.context);
    });
  }

  async put(request: AdminRequest, locate: Locate): Promise<AdminAnswer> {
    const body = await this.body(request);
    return this.written(request, 200, async (writer) => {
      const place = await locate(writer, request);
      if (!place) return undefined;
      await this.check(writer, request, () => findAt(writer, this.schema, place.address));
      return putEntity(writer, this.schema, place.address, { ...body, ...place.parent && reference(place.parent) }, this.context);
    });
  }

  async patch(request: AdminRequest, locate: Locate): Promise<AdminAnswer> {
    const stored = async (reader: Reader) => {
      const place = await locate(reader, request);
      return place && this.at(reader, place);
    };
    const changes = await this.body(request, () => this.store.read(stored));
    return this.written(request, 200, async (writer) => {
      const place = await locate(writer, request);
      const entity = place && await this.at(writer, place);
      await this.check(writer, request, entity);
      if (entity) {
        const whole = { ...place.parent && reference(place.parent), ...changes };
        return changeEntity(writer, this.schema, entity, place.address, whole, this.context);
      }
      if (!place || place.parent) return undefined;
      throw notFoundAt(place.address);
    });
  }

  /** @param missing the answer when there is no such entity @default - as if it had been deleted */
  async delete(request: AdminRequest, locate: Locate, missing?: AdminAnswer): Promise<AdminAnswer> {
    return runWrite(this.store, request, async (writer) => {
      const place = await locate(writer, request);
      const entity = place && await this.at(writer, place);
      await this.check(writer, request, entity);
      if (entity) await deleteEntity(writer, this.schema, entity, this.context);
      return !entity && missing ? missing : { status: 204 };
    });
  }

  async page(reader: Reader, request: AdminRequest, page: Page, kept: readonly string[] = []): Promise<AdminAnswer> {
    const items = await completed(reader, this.schema, page.items);
    return pageAnswer(request, { ...page, items }, (item) => this.shown(item), kept);
  }

  /** Runs a write; `undefined` means that something in the URL does not exist. */
  written(request: AdminRequest, status: number, work: (writer: Writer) => Promise<Entity | undefined>): Promise<AdminAnswer> {
    return runWrite(this.store, request, async (writer) => {
      const entity = await work(writer);
      return entity ? this.answer(status, entity) : NOT_FOUND;
    });
  }

  /**
   * @param stored the entity that the request is about, or what finds it
   * @throws RequestError 412: it is not what the request expects
   */
  async check(
    reader: Reader, { conditions }: AdminRequest, stored: Entity | undefined | (() => Promise<Entity | undefined>),
  ): Promise<void> {
    if (conditions.match === undefined && conditions.noneMatch === undefined) return;
    const entity = typeof stored === 'function' ? await stored() : stored;
    checkConditions(conditions, entity && etagOf((await completed(reader, this.schema, [entity]))[0]!));
  }

  /** @param entity with everything that answers show */
  answer(status: number, entity: Entity): AdminAnswer {
    return { status, body: this.shown(entity), headers: { etag: etagOf(entity) } };
  }

  shown(entity: Entity): EntityValue {
    return presentEntity(this.schema, entity, { now: this.context.now() });
  }
}

/** The key of the entity that a field refers to. */
export function referredKey(entity: Entity | undefined, field: string): string | undefined {
  return (entity?.[field] as { readonly id: string } | null | undefined)?.id;
}

function reference({ field, key }: Parent): EntityValue {
  return { [field]: { id: key } };
}
