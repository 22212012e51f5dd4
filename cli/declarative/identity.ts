/** What makes an entity of a file the same as one that a control plane has: its id, a name, or a combination of fields. */
import { foreignFieldsOf, uniqueFieldsOf } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntitySchema } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';

/** Entity types that have neither a name nor a combination: their contents identify them. */
const BY_CONTENT: Readonly<Record<string, readonly string[]>> = {
  certificates: ['cert', 'key'],
  degraphql_routes: ['service', 'uri'],
  graphql_ratelimiting_advanced_cost_decoration: ['service', 'type_path'],
};

/** @returns texts that are equal for two entities that are one; the earlier ones count more */
export function identitiesOf(schema: EntitySchema, row: EntityValue): readonly string[] {
  const unique = uniqueFieldsOf(schema).flatMap((name) => (typeof row[name] === 'string' ? [`${name} ${row[name]}`] : []));
  const combined = combinationsOf(schema).flatMap((fields) => (
    isComplete(schema, fields, row) ? [JSON.stringify([fields, ...fields.map((name) => comparable(row[name]))])] : []));
  return [...unique, ...combined];
}

/** Whether a file that gives these fields means the same entity whenever it is applied. */
export function isIdentified(schema: EntitySchema, given: EntityValue, isNestedIn: string | undefined): boolean {
  const isGiven = (name: string) => isNestedIn === name || (given[name] !== undefined && given[name] !== null);
  return isGiven('id') || uniqueFieldsOf(schema).some((name) => typeof given[name] === 'string')
    || combinationsOf(schema).some(
      (fields) => fields.filter((name) => schema.fields[name]?.required).every(isGiven) && fields.some(isGiven),
    )
    // Its digest is unique, and follows from it.
    || (schema.name === 'ca_certificates' && isGiven('cert'));
}

/** What a file should give, for a message. */
export function identityFields(schema: EntitySchema): string {
  return ['id', ...uniqueFieldsOf(schema)].join(' or ');
}

/** How an entity is called for people: its name, or what it belongs to. */
export function labelOf(schema: EntitySchema, row: EntityValue, labelOfId: (type: string, id: string) => string | undefined): string {
  const name = row[schema.endpointKey ?? ''] ?? row.name ?? row.username ?? row.custom_id;
  const secret = schema.secrets?.includes(schema.endpointKey ?? '');
  const own = [schema.name === 'plugins' ? row.name : secret ? row.id : name, row.group, row.subject_name]
    .find((part) => typeof part === 'string') as string | undefined;
  const owners = foreignFieldsOf(schema).flatMap(({ name: field, reference }) => {
    const id = idIn(row[field]);
    return id === undefined || !SHOWN_OWNERS.has(schema.name) && schema.credential === undefined
      ? [] : [`${field} ${labelOfId(reference, id) ?? id}`];
  });
  const what = own ?? String(row.id);
  return owners.length === 0 ? what : `${what} of ${owners.join(', ')}`;
}

const SHOWN_OWNERS: ReadonlySet<string> = new Set(['plugins', 'targets', 'acls', 'mtls_auth_credentials']);

export function idIn(reference: unknown): string | undefined {
  const id = (reference as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
}

function combinationsOf({ name, uniqueTogether = [] }: EntitySchema): readonly (readonly string[])[] {
  const content = BY_CONTENT[name];
  return content === undefined ? uniqueTogether : [...uniqueTogether, content];
}

/** A combination without a value distinguishes nothing: several keys have no set. */
function isComplete(schema: EntitySchema, fields: readonly string[], row: EntityValue): boolean {
  return fields.some((name) => (row[name] ?? null) !== null)
    && fields.every((name) => !schema.fields[name]?.required || (row[name] ?? null) !== null);
}

function comparable(value: unknown): unknown {
  return idIn(value) ?? value ?? null;
}
