/** Members of consumer groups, which decK writes into consumers (`groups`) or groups (`consumers`), as entities of their own. */
import type { ConfigurationSource, SourcePath } from '../../gateway/src/declarative/source.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';
import { MEMBERSHIPS } from './managed-types.ts';

interface Side {
  readonly list: string;
  /** The member of its items that lists the other side. */
  readonly field: string;
  readonly own: string;
  readonly other: string;
}

const SIDES: readonly Side[] = [
  { list: 'consumers', field: 'groups', own: 'consumer', other: 'consumer_group' },
  { list: 'consumer_groups', field: 'consumers', own: 'consumer_group', other: 'consumer' },
];

export function withMemberships(source: ConfigurationSource): ConfigurationSource {
  const { content } = source;
  if (!isPlainObject(content)) return source;
  const joined = new Map<string, { readonly membership: object; readonly path: SourcePath }>();
  const lists = SIDES.flatMap((side) => {
    const { list } = side;
    const items = content[list];
    if (!Array.isArray(items) || !items.some((item) => isPlainObject(item) && Array.isArray(item[side.field]))) return [];
    return [[list, items.map((item: unknown, at) => withoutField(item, [list, at], side, joined))] as const];
  });
  if (lists.length === 0) return source;
  const found = [...joined.values()];
  return {
    ...source, errors: source.errors, isTooLarge: source.isTooLarge, isText: source.isText,
    content: {
      ...content, ...Object.fromEntries(lists), ...found.length > 0 && { [MEMBERSHIPS]: found.map(({ membership }) => membership) },
    },
    placeOf: (path) => {
      const origin = path[0] === MEMBERSHIPS ? found[Number(path[1])]?.path : undefined;
      return source.placeOf(origin ?? path);
    },
  };
}

function withoutField(item: unknown, path: SourcePath, { field, own, other }: Side, joined: Map<string, unknown>): unknown {
  if (!isPlainObject(item) || !Array.isArray(item[field])) return item;
  const { [field]: members, ...rest } = item;
  const name = handleOf(item);
  for (const [at, member] of (members as readonly unknown[]).entries()) {
    const membership = { [own]: name, [other]: typeof member === 'string' ? member : handleOf(member) };
    const key = JSON.stringify([membership.consumer, membership.consumer_group]);
    // Both sides may say the same.
    if (!joined.has(key)) joined.set(key, { membership, path: [...path, field, at] });
  }
  return rest;
}

function handleOf(item: unknown): unknown {
  if (!isPlainObject(item)) return item;
  return item.name ?? item.username ?? item.custom_id ?? item.id;
}
