/** Names and ids of what is made from a document: the same for the same document, and equal to those of decK. */
import { namedUuid } from '../../gateway/src/base/named-uuid.ts';

/** Namespace of names in the domain name system (RFC 9562 §6.6). */
const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

/** @param kind e.g. `service` */
export function entityId(name: string, kind: string): string {
  return namedUuid(DNS, `${name}.${kind}`);
}

/** Lower case, without accents, words joined by hyphens; several parts joined by underscores. */
export function slug(...parts: readonly string[]): string {
  return parts.map((part) => part.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-').replace(/-{2,}/g, '-').replace(/^-+|-+$/g, '')).filter((part) => part !== '').join('_');
}

/** `/app/{id}/` becomes `app-id~`. A slash at the end counts: it makes another path. */
export function pathName(path: string): string {
  const name = path.replace(/^\/|[{}]/g, '').replace(/\/$/, '~').replaceAll('/', '-');
  return name === '' ? '~' : name;
}
