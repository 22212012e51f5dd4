/** Certificates have server names (`snis`), which are entities of their own. */
import { invalidUnique, schemaViolation } from '../../model/entity-error.ts';
import { violationOf } from '../../model/schema/violation-of.ts';
import type { Entity, Reader, Writer } from '../../store/store.ts';
import { allReferring } from './all-referring.ts';
import type { CreateEntity, EntityRules, EntityWrite } from './entity-rules.ts';

export const certificateRules: EntityRules = { admit: admitNames, written: keepNames, complete: addNames, removing: removeNames };

/** The names that a write sets, sorted; undefined when it keeps those that there are. */
function namesOf({ given: { snis }, operation }: EntityWrite): readonly unknown[] | undefined {
  if (snis === undefined) return operation === 'put' ? [] : undefined;
  // A value of another type is the schema's business.
  return Array.isArray(snis) ? [...snis as readonly unknown[]].sort() : [];
}

/** @throws EntityError a name is invalid, given twice, or that of another certificate */
async function admitNames(reader: Reader, write: EntityWrite): Promise<void> {
  const names = namesOf(write) ?? [];
  const repeated = names.find((name, index) => index > 0 && name === names[index - 1]);
  if (repeated !== undefined) throw schemaViolation({ snis: `${String(repeated)} is duplicated` });
  const field = { ...write.schemas.get('snis')!.fields.name!, required: true };
  for (const name of names) {
    const violation = violationOf(field, name, write.schemas);
    if (violation !== undefined) throw invalidUnique('name', typeof violation === 'string' ? violation : 'expected a string');
    const owner = ownerOf(await reader.getByUnique('snis', 'name', name as string));
    if (owner !== undefined && owner !== write.key) {
      throw schemaViolation({ snis: `${String(name)} already associated with existing certificate '${owner}'` });
    }
  }
}

async function keepNames(writer: Writer, certificate: Entity, write: EntityWrite, create: CreateEntity): Promise<void> {
  const names = namesOf(write);
  if (!names) return;
  const there = await allReferring(writer, 'snis', { field: 'certificate', key: certificate.id as string });
  for (const { id, name } of there) if (!names.includes(name)) await writer.delete('snis', id as string);
  const kept = new Set(there.map(({ name }) => name));
  for (const name of names) if (!kept.has(name)) await create('snis', { name, certificate: { id: certificate.id } });
}

async function addNames(reader: Reader, certificates: readonly Entity[]): Promise<readonly Entity[]> {
  const completed: Entity[] = [];
  for (const certificate of certificates) {
    const snis = await allReferring(reader, 'snis', { field: 'certificate', key: certificate.id as string });
    completed.push({ ...certificate, snis: snis.map(({ name }) => name as string).sort() });
  }
  return completed;
}

async function removeNames(writer: Writer, { id }: Entity): Promise<void> {
  const names = await allReferring(writer, 'snis', { field: 'certificate', key: id as string });
  for (const name of names) await writer.delete('snis', name.id as string);
}

function ownerOf(sni: Entity | undefined): string | undefined {
  return (sni?.certificate as { readonly id: string } | undefined)?.id;
}
