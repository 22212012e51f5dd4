/** Services name the authorities that they trust by id, which is no reference: deletion looks for them. */
import { referencedByOthers } from '../../model/entity-error.ts';
import type { Entity, Writer } from '../../store/store.ts';
import { allReferring } from './all-referring.ts';
import type { EntityRules } from './entity-rules.ts';

export const caCertificateRules: EntityRules = { removing: refuseWhileTrusted };

/** @throws EntityError a service trusts the authority */
async function refuseWhileTrusted(writer: Writer, { id }: Entity): Promise<void> {
  const services = await allReferring(writer, 'services');
  const trusting = services.find(({ ca_certificates: trusted }) => (trusted as readonly string[] | null)?.includes(id as string));
  if (trusting) throw referencedByOthers('ca certificate', id as string, 'services', trusting.id as string);
}
