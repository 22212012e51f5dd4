/** The statements of the store for one database. What databases have in common is written once. */
import { statement } from './statement.ts';
import type { Statement } from './statement.ts';
import type { Dialect } from './tables.ts';

/** Condition of rows `e` that have not expired. */
export const LIVE = '(e.expires_at is null or e.expires_at > :now)';

/** SQLite keeps the order of a cross join: the few values of one row first, then the index. */
export const CHECK = `select 'key' as problem, '' as field, c.n
    from (select value ->> 0 as n, value ->> 1 as entity, value ->> 2 as key from elements(:newKeys)) c
      cross join entities e where e.entity = c.entity and e.key = c.key
  union all
  select 'unique', c.field, c.n
    from (select value ->> 0 as n, value ->> 1 as entity, value ->> 2 as field, value ->> 3 as digest, value ->> 4 as key
      from elements(:claimedUnique)) c
    cross join unique_values u where u.entity = c.entity and u.field = c.field and u.digest = c.digest and u.key <> c.key
  union all
  select 'reference', r.field, r.n
    from (select value ->> 0 as n, value ->> 1 as field, value ->> 2 as target, value ->> 3 as target_key
      from elements(:claimedReferences)) r
    where not exists (select 1 from entities e where e.entity = r.target and e.key = r.target_key and ${LIVE})`;

const RECORD = 'select revision, at, author, request_id, comment, changes, previous, hash from revision_records';

const CHANGE = 'select revision, position, entity, key, operation, body, old_body, at from changes';

const TEMPLATES = {
  get: `select e.key, e.body from entities e where e.entity = :entity and e.key = :key and ${LIVE}`,
  byUnique: `select e.key, e.body from unique_values u join entities e on e.entity = u.entity and e.key = u.key
    where u.entity = :entity and u.field = :field and u.digest = :digest and ${LIVE}`,
  all: 'select e.key, e.body from entities e where e.entity = :entity order by e.key',
  revision: 'select value from revisions where id = 1',
  // Every write takes this row first, so writers wait for each other: what one has checked stays true until it has written.
  begin: 'select value, hash, (select min(expires_at) from entities) as next_expiry from revisions where id = 1 forUpdate()',
  check: CHECK,
  dependents: `with recursive
    cascading as (select value ->> 0 as entity, value ->> 1 as field from elements(:cascading)),
    doomed(entity, key) as (
      select e.entity, e.key from (select value ->> 0 as entity, value ->> 1 as key from elements(:roots)) c
        cross join entities e where e.entity = c.entity and e.key = c.key
      union
      select r.entity, r.key from doomed d join entity_references r on r.target = d.entity and r.target_key = d.key
        join cascading c on c.entity = r.entity and c.field = r.field
    )
    select d.entity as target, d.key as target_key, r.entity, r.key, r.field, null as body
      from doomed d join entity_references r on r.target = d.entity and r.target_key = d.key
    union all
    select d.entity, d.key, null, null, null, e.body from doomed d join entities e on e.entity = d.entity and e.key = d.key
    order by 3, 4, 5`,
  owners: `select c.n, u.entity, u.key, e.body
    from (select value ->> 0 as n, value ->> 1 as entity, value ->> 2 as field, value ->> 3 as digest from elements(:unique)) c
      cross join unique_values u join entities e on e.entity = u.entity and e.key = u.key
    where u.entity = c.entity and u.field = c.field and u.digest = c.digest`,
  rows: `select e.entity, e.key, e.body from (select value ->> 0 as entity, value ->> 1 as key from elements(:keys)) c
    cross join entities e where e.entity = c.entity and e.key = c.key`,
  expired: 'select e.entity, e.key from entities e where e.expires_at <= :now order by e.entity, e.key',
  nextExpiry: 'select min(expires_at) as next_expiry from entities',
  newest: 'select value, hash from revisions where id = 1',
  // The hash of the revision that a node has seen as the newest; null when it is not kept.
  seen: `select r.value, r.hash, (select c.hash from revision_records c where c.revision = :revision) as seen_hash
    from revisions r where r.id = 1`,
  changedSince: `select c.entity, c.key, e.body
    from (select entity, key from changes where revision > :revision group by entity, key limit :limit) c
      left join entities e on e.entity = c.entity and e.key = c.key
    order by c.entity, c.key`,
  // The first record, and the newest revision: before the one, or as of the other, begins what can be restored.
  oldest: 'select coalesce((select min(revision) - 1 from revision_records), value) as oldest, value from revisions where id = 1',
  records: `${RECORD} where revision < :before order by revision desc limit :size`,
  record: `${RECORD} where revision = :revision`,
  recordsAfter: `${RECORD} where revision > :revision order by revision limit :size`,
  changesOf: `${CHANGE} where revision = :revision and position > :after order by position limit :size`,
  changes: `${CHANGE} where revision > :revision order by revision, position limit :limit`,
  everything: 'select entity, key, body from entities',
  // What each entity was before the first of its changes since a revision.
  firstSince: `select c.entity, c.key, c.old_body from (
      select entity, key, old_body, row_number() over (partition by entity, key order by revision, position) as n
      from changes where revision > :revision) c
    where c.n = 1`,
  // The first and the last of its changes between two revisions.
  between: `select c.entity, c.key, c.old_body, c.body from (
      select entity, key, revision, position, old_body, body,
        row_number() over (partition by entity, key order by revision, position) as n,
        row_number() over (partition by entity, key order by revision desc, position desc) as m
      from changes where revision > :from and revision <= :to) c
    where c.n = 1 or c.m = 1
    order by c.entity, c.key, c.revision, c.position`,
  // The newest revision that is over: too many follow it, or it is too old. The newest of all stays.
  over: `select max(revision) as revision from revision_records
    where (revision <= :revision or at < :at) and revision < (select value from revisions where id = 1)`,
  forgetRecords: 'delete from revision_records where revision <= :revision',
  // The last of the oldest changes that are removed together.
  changeAt: 'select revision, position from changes where revision <= :revision order by revision, position limit 1 offset :skipped',
  forgetChanges: 'delete from changes where revision < :revision or (revision = :revision and position <= :position)',
} as const;

export type Statements = Readonly<Record<keyof typeof TEMPLATES, Statement>>;

export function statementsFor(dialect: Dialect): Statements {
  return Object.fromEntries(Object.entries(TEMPLATES).map(([name, template]) => (
    [name, statement(dialect, template.replace('forUpdate()', dialect.forUpdate))]))) as Record<keyof typeof TEMPLATES, Statement>;
}
