/** Composes the statements of lists: each combination of filters begins at the index that has its rows in order. */
import { statement } from './statement.ts';
import type { Statement } from './statement.ts';
import { LIVE } from './statements.ts';
import type { Dialect } from './tables.ts';

export interface ListShape {
  readonly isBelow: boolean;
  readonly isAfter: boolean;
  readonly isNewestFirst: boolean;
  readonly match: 'all' | 'any' | undefined;
  /** Number of different tags. */
  readonly tags: number;
}

/** Parameters: entity, now, size; after or skipped; target, targetKey, field; tags, or tag0, tag1, … */
export function listStatement(dialect: Dialect, shape: ListShape): Statement {
  const { isBelow, isAfter, isNewestFirst, match, tags } = shape;
  const required = match === 'all' ? Array.from({ length: tags }, (_, n) => `t${n}`) : [];
  const created = dialect.number('e.body', 'created_at');
  const order = isNewestFirst ? `${created} desc, e.key desc` : `${base(shape)}.key`;
  return statement(dialect, `select e.key, e.body
    from ${isBelow ? 'entity_references r join entities e on e.entity = r.entity and e.key = r.key' : 'entities e'}
    ${required.map((t, n) => `join entity_tags ${t} on ${t}.digest = :tag${n} and ${t}.entity = e.entity and ${t}.key = e.key`).join(' ')}
    where e.entity = :entity and ${LIVE}
    ${isBelow ? 'and r.target = :target and r.target_key = :targetKey and r.entity = :entity and r.field = :field' : ''}
    ${required.map((t) => `and ${t}.entity = :entity`).join(' ')}
    ${match === 'any' ? 'and e.key in (select t.key from entity_tags t where t.entity = :entity and t.digest in ' +
      '(select value ->> 0 from elements(:tags)))' : ''}
    ${isAfter && !isNewestFirst ? `and ${base(shape)}.key > :after` : ''}
    order by ${order} limit :size ${isNewestFirst ? 'offset :skipped' : ''}`);
}

/** The table whose index has the keys of the list in order. */
function base({ isBelow, match }: ListShape): string {
  return isBelow ? 'r' : match === 'all' ? 't0' : 'e';
}

/** Tags of all entities, or of one tag. Parameters: size; digest; afterDigest, afterEntity, afterKey. */
export function tagsStatement(dialect: Dialect, isOne: boolean, isAfter: boolean): Statement {
  const conditions = [
    ...isOne ? ['digest = :digest'] : [], ...isAfter ? ['(digest, entity, key) > (:afterDigest, :afterEntity, :afterKey)'] : [],
  ];
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  return statement(dialect, `select tag, digest, entity, key from entity_tags ${where} order by digest, entity, key limit :size`);
}
