/** The statements of the store for one database. What databases have in common is written once. */
import { statement } from './statement.ts';
import type { Statement } from './statement.ts';
import type { Dialect } from './tables.ts';

/** Condition of rows `e` that have not expired. */
export const LIVE = '(e.expires_at is null or e.expires_at > :now)';

const TEMPLATES = {
  get: `select e.key, e.body from entities e where e.entity = :entity and e.key = :key and ${LIVE}`,
  byUnique: `select e.key, e.body from unique_values u join entities e on e.entity = u.entity and e.key = u.key
    where u.entity = :entity and u.field = :field and u.digest = :digest and ${LIVE}`,
  all: 'select e.key, e.body from entities e where e.entity = :entity order by e.key',
  revision: 'select value from revisions where id = 1',
  // Every write takes this row first, so writers wait for each other: what one has checked stays true until it has written.
  begin: 'select value, (select min(expires_at) from entities) as next_expiry from revisions where id = 1 forUpdate()',
  // SQLite keeps the order of a cross join: the few values of one row first, then the index.
  check: `select 'key' as problem, '' as field from entities e where e.entity = :entity and e.key = :newKey
    union all
    select 'unique', c.field from (select value ->> 0 as field, value ->> 1 as digest from elements(:unique)) c
      cross join unique_values u where u.entity = :entity and u.field = c.field and u.digest = c.digest and u.key <> :key
    union all
    select 'reference', r.field
      from (select value ->> 0 as field, value ->> 1 as target, value ->> 2 as target_key from elements(:references)) r
      where not exists (select 1 from entities e where e.entity = r.target and e.key = r.target_key and ${LIVE})`,
  dependents: `with recursive
    cascading as (select value ->> 0 as entity, value ->> 1 as field from elements(:cascading)),
    doomed(entity, key) as (
      select e.entity, e.key from entities e where (e.entity, e.key) in (select value ->> 0, value ->> 1 from elements(:roots))
      union
      select r.entity, r.key from doomed d join entity_references r on r.target = d.entity and r.target_key = d.key
        join cascading c on c.entity = r.entity and c.field = r.field
    )
    select d.entity as target, d.key as target_key, r.entity, r.key, r.field
      from doomed d left join entity_references r on r.target = d.entity and r.target_key = d.key
      order by r.entity, r.key, r.field`,
  rows: `select e.entity, e.key, e.body from entities e
    where (e.entity, e.key) in (select value ->> 0, value ->> 1 from elements(:keys))`,
  expired: 'select e.entity, e.key from entities e where e.expires_at <= :now order by e.entity, e.key',
  nextExpiry: 'select min(expires_at) as next_expiry from entities',
  changedSince: `select c.entity, c.key, e.body, c.changes
    from (select entity, key, count(*) as changes from changes where revision > :revision group by entity, key) c
      left join entities e on e.entity = c.entity and e.key = c.key
    order by c.entity, c.key`,
  changes: `select revision, position, entity, key, operation, body, at from changes where revision > :revision
    order by revision, position limit :limit`,
} as const;

export type Statements = Readonly<Record<keyof typeof TEMPLATES, Statement>>;

export function statementsFor(dialect: Dialect): Statements {
  return Object.fromEntries(Object.entries(TEMPLATES).map(([name, template]) => (
    [name, statement(dialect, template.replace('forUpdate()', dialect.forUpdate))]))) as Record<keyof typeof TEMPLATES, Statement>;
}
