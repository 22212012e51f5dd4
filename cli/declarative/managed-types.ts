/** The entity types that state files are about. */
import type { EntitySchema, Schemas } from '../../gateway/src/model/schema/entity-schema.ts';

/** What data planes write while they serve: tokens and sessions are no configuration. */
const RUNTIME: ReadonlySet<string> = new Set(['acme_storage', 'oauth2_tokens', 'sessions']);

/** Consumers, and what belongs to one of them only. */
const OF_CONSUMERS: ReadonlySet<string> = new Set([
  'consumers', 'consumer_groups', 'consumer_group_consumers', 'acls', 'mtls_auth_credentials',
]);

export interface Selection {
  /** Only entities with all these tags. @default - all entities */
  readonly tags: readonly string[];
  /** Leave out consumers, their groups and credentials, and plugins of them. */
  readonly skipConsumers: boolean;
  readonly skipCaCertificates: boolean;
}

/** In writing order: an entity type comes after those that it refers to. */
export function managedTypes(schemas: Schemas, selection: Selection): readonly EntitySchema[] {
  return [...fileTypes(schemas).values()].filter((schema) => (
    !(selection.skipConsumers && isOfConsumers(schema))
    && !(selection.skipCaCertificates && schema.name === 'ca_certificates')
    // What cannot have a tag belongs to no selection.
    && (selection.tags.length === 0 || Object.hasOwn(schema.fields, 'tags') || isMembership(schema))));
}

/** Entity types that files may contain, whatever is selected: references lead to all of them. */
export function fileTypes(schemas: Schemas): Schemas {
  return new Map([...schemas].filter(([name, schema]) => (schema.hasAdminApi !== false || isMembership(schema)) && !RUNTIME.has(name)));
}

/** Whether an entity only joins two others, and has no address of its own. */
export function isMembership({ name }: Pick<EntitySchema, 'name'>): boolean {
  return name === MEMBERSHIPS;
}

export const MEMBERSHIPS = 'consumer_group_consumers';

/** Whether a selection leaves out a single entity of a managed type. */
export function isSkipped({ skipConsumers }: Selection, { name }: EntitySchema, fields: Readonly<Record<string, unknown>>): boolean {
  return skipConsumers && name === 'plugins' && [fields.consumer, fields.consumer_group].some(
    (field) => (field ?? undefined) !== undefined,
  );
}

function isOfConsumers({ name, credential }: EntitySchema): boolean {
  return credential !== undefined || OF_CONSUMERS.has(name);
}

/** Name of the collection in URLs. */
export function collectionOf({ name, adminApiName }: EntitySchema): string {
  return adminApiName ?? name;
}
