/** Members of consumer groups, seen from the group and from the consumer. Shapes as in Kong's public documentation, version 3.9. */
import { danglingReference, schemaViolation, uniqueViolation } from '../../../model/entity-error.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import type { Entity, Reader, Writer } from '../../../store/store.ts';
import { createEntity, deleteEntity } from '../../entity-operations.ts';
import { allReferring } from '../../entity-rules/all-referring.ts';
import { NOT_FOUND } from '../endpoint.ts';
import type { AdminAnswer, AdminRequest, Endpoint, EndpointChange } from '../endpoint.ts';
import { referredKey } from '../entity-kit.ts';
import type { EntityKit } from '../entity-kit.ts';
import { pageRequested } from '../pagination.ts';
import { runWrite } from '../run-write.ts';
import type { EntityExtension } from './extension.ts';

const MEMBERSHIPS = 'consumer_group_consumers';

/** One of the two that a membership joins, as one sees it. */
interface Side {
  readonly kit: EntityKit;
  /** Field of the membership. */
  readonly field: 'consumer' | 'consumer_group';
  /** Member of the body that names one, or several. */
  readonly given: 'consumer' | 'group';
  /** Last segment of its lists below the other side. */
  readonly list: 'consumers' | 'consumer_groups';
}

export const consumerGroupEndpoints: EntityExtension = ({ kit, kits, endpoints }) => {
  const group: Side = { kit, field: 'consumer_group', given: 'group', list: 'consumer_groups' };
  const consumer: Side = { kit: kits.get('consumers')!, field: 'consumer', given: 'consumer', list: 'consumers' };
  return [...members(group, consumer), ...members(consumer, group), wholeGroup(group, consumer, endpoints)];
};

/** The endpoints of one side below the other: `/consumer_groups/{…}/consumers` and `/consumers/{…}/consumer_groups`. */
function members(owner: Side, other: Side): readonly EndpointChange[] {
  const path = `${owner.kit.entityPath}/${other.list}`;
  const about = `${other.list.replace('_', ' ')} of one of ${owner.kit.name.replace('_', ' ')}`;
  return [{
    path,
    about,
    methods: {
      GET: (request) => owner.kit.store.read(async (reader) => {
        const found = await owner.kit.find(reader, request);
        return found ? pageOfMembers(reader, request, owner, found, other) : NOT_FOUND;
      }),
      POST: (request) => join(request, owner, other),
      DELETE: (request) => leave(request, owner, () => true),
    },
  }, {
    path: `${path}/{${other.kit.name}}`,
    about,
    methods: {
      GET: (request) => owner.kit.store.read(async (reader) => {
        const [found, member] = await bothSides(reader, request, owner, other);
        const joined = found && member && await membershipsOf(reader, owner, found);
        const isMember = joined?.some((membership) => referredKey(membership, other.field) === member!.id);
        return isMember ? answer(200, owner, found!, other, [member!]) : NOT_FOUND;
      }),
      DELETE: async (request) => {
        const member = await other.kit.store.read((reader) => other.kit.find(reader, request));
        return leave(request, owner, (membership) => referredKey(membership, other.field) === member?.id, NOT_FOUND);
      },
    },
  }];
}

async function bothSides(reader: Reader, request: AdminRequest, owner: Side, other: Side) {
  return [await owner.kit.find(reader, request), await other.kit.find(reader, request)] as const;
}

function membershipsOf(reader: Reader, { field }: Side, { id }: Entity): Promise<readonly Entity[]> {
  return allReferring(reader, MEMBERSHIPS, { field, key: id as string });
}

async function pageOfMembers(reader: Reader, request: AdminRequest, owner: Side, found: Entity, other: Side): Promise<AdminAnswer> {
  const page = await reader.list(MEMBERSHIPS, { ...pageRequested(request), referring: { field: owner.field, key: found.id as string } });
  const items = await Promise.all(page.items.map((membership) => reader.get(other.kit.name, referredKey(membership, other.field)!)));
  return other.kit.page(reader, request, { ...page, items: items as Entity[] });
}

/** Adds one member, or several: all, or none. */
async function join(request: AdminRequest, owner: Side, other: Side): Promise<AdminAnswer> {
  const names = namesIn(await request.body(), other.given);
  return runWrite(owner.kit.store, request, async (writer) => {
    const found = await owner.kit.find(writer, request);
    if (!found) return NOT_FOUND;
    await owner.kit.check(writer, request, found);
    const joined = new Set((await membershipsOf(writer, owner, found)).map((membership) => referredKey(membership, other.field)));
    const added: Entity[] = [];
    for (const name of names) added.push(await addMember(writer, owner, found, other, name, joined));
    return answer(201, owner, found, other, added);
  });
}

async function addMember(
  writer: Writer, owner: Side, found: Entity, other: Side, name: string, joined: ReadonlySet<string | undefined>,
): Promise<Entity> {
  const address = other.kit.addressOfText(name);
  const member = address.isPrimary ? await writer.get(other.kit.name, address.value)
    : await writer.getByUnique(other.kit.name, address.field, address.value);
  if (!member) throw danglingReference(other.given, { [address.field]: name }, other.kit.name);
  const { context } = owner.kit;
  const membership: EntityValue = { [owner.field]: { id: found.id }, [other.field]: { id: member.id } };
  if (joined.has(member.id as string)) throw uniqueViolation(membership);
  await createEntity(writer, context.schemas.get(MEMBERSHIPS)!, membership, context);
  return member;
}

/** @throws EntityError neither a name nor a list of names */
function namesIn(body: EntityValue, field: string): readonly string[] {
  const given = Object.hasOwn(body, field) ? body[field] : undefined;
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (names.length > 0 && names.every((name) => typeof name === 'string' && name !== '')) return names as readonly string[];
  const text = given === undefined ? 'required field missing' : 'expected an id, a name, or a list of them';
  throw schemaViolation({ [field]: text });
}

async function leave(
  request: AdminRequest, owner: Side, isMeant: (membership: Entity) => boolean, missing: AdminAnswer = { status: 204 },
): Promise<AdminAnswer> {
  const { context, store } = owner.kit;
  const schema = context.schemas.get(MEMBERSHIPS)!;
  return runWrite(store, request, async (writer) => {
    const found = await owner.kit.find(writer, request);
    if (!found) return NOT_FOUND;
    await owner.kit.check(writer, request, found);
    const gone = (await membershipsOf(writer, owner, found)).filter(isMeant);
    for (const membership of gone) await deleteEntity(writer, schema, membership, context);
    return gone.length > 0 ? { status: 204 } : missing;
  });
}

function answer(status: number, owner: Side, found: Entity, other: Side, added: readonly Entity[]): AdminAnswer {
  return { status, body: { [owner.field]: owner.kit.shown(found), [other.list]: added.map((entity) => other.kit.shown(entity)) } };
}

/** `GET /consumer_groups/{…}`: the group with its members and its plugins. Writes answer with the group alone. */
function wholeGroup(group: Side, consumer: Side, endpoints: readonly Endpoint[]): EndpointChange {
  const { kit } = group;
  const generic = endpoints.find(({ path }) => path === kit.entityPath)!.methods.GET!;
  return {
    path: kit.entityPath,
    methods: {
      GET: async (request) => {
        const found = await generic(request);
        if (found.status !== 200) return found;
        const listsMembers = request.query.get('list_consumers') !== 'false';
        return kit.store.read(async (reader) => {
          const whole = found.body as Entity;
          const memberships = listsMembers ? await membershipsOf(reader, group, whole) : [];
          const consumers = await Promise.all(memberships.map((each) => reader.get(consumer.kit.name, referredKey(each, 'consumer')!)));
          const plugins = await allReferring(reader, 'plugins', { field: 'consumer_group', key: whole.id as string });
          return {
            ...found,
            isMoreThanTagged: true,
            body: {
              consumer_group: whole,
              ...listsMembers && { consumers },
              ...plugins.length > 0 && { plugins },
            },
          };
        });
      },
    },
  };
}
