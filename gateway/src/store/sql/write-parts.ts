/** The parts of a change of rows. A database with modifying CTEs runs them as one statement, others one after the other. */

/** In an order in which one can follow the other. `elements` are tuples of texts; a part without tuples is left out. */
export const WRITE_PARTS = {
  // References of the removed rows to each other go first: the database would keep a row that one of them points to.
  freed: 'delete from entity_references where (entity, key) in (select value ->> 0, value ->> 1 from elements(:freed))',
  removedUnique: `delete from unique_values where (entity, field, digest) in
    (select value ->> 0, value ->> 1, value ->> 2 from elements(:removedUnique))`,
  removedReferences: `delete from entity_references where (entity, key, field) in
    (select value ->> 0, value ->> 1, value ->> 2 from elements(:removedReferences))`,
  removedTags: `delete from entity_tags where (digest, entity, key) in
    (select value ->> 0, value ->> 1, value ->> 2 from elements(:removedTags))`,
  removed: 'delete from entities where (entity, key) in (select value ->> 0, value ->> 1 from elements(:removed))',
  inserted: `insert into entities (entity, key, body, expires_at)
    select value ->> 0, value ->> 1, value ->> 2, cast(value ->> 3 as bigint) from elements(:inserted)`,
  // The rows exist. Databases join what is updated in ways of their own, and agree on this.
  replaced: `insert into entities (entity, key, body, expires_at)
    select value ->> 0, value ->> 1, value ->> 2, cast(value ->> 3 as bigint) from elements(:replaced) where true
    on conflict (entity, key) do update set body = excluded.body, expires_at = excluded.expires_at`,
  addedUnique: `insert into unique_values (entity, field, digest, key)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from elements(:addedUnique)`,
  addedReferences: `insert into entity_references (entity, key, field, target, target_key)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 from elements(:addedReferences) where true
    on conflict (entity, key, field) do update set target = excluded.target, target_key = excluded.target_key`,
  addedTags: `insert into entity_tags (digest, entity, key, tag)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from elements(:addedTags)`,
  logged: `insert into changes (revision, position, entity, key, body, operation, old_body, at)
    select cast(:revision as bigint), cast(value ->> 3 as bigint), value ->> 0, value ->> 1, value ->> 2, value ->> 4, value ->> 5,
      cast(:at as bigint)
    from elements(:logged)`,
  recorded: `insert into revision_records (revision, at, author, request_id, comment, changes, previous, hash)
    select cast(value ->> 0 as bigint), cast(value ->> 1 as bigint), value ->> 2, value ->> 3, value ->> 4, cast(value ->> 5 as bigint),
      value ->> 6, value ->> 7
    from elements(:recorded)`,
  counted: `insert into revisions (id, value, hash) select 1, cast(value ->> 0 as bigint), value ->> 1 from elements(:counted) where true
    on conflict (id) do update set value = excluded.value, hash = excluded.hash`,
} as const;

export type WritePart = keyof typeof WRITE_PARTS;

export const WRITE_ORDER = Object.keys(WRITE_PARTS) as readonly WritePart[];
