/** Reads every entity that refers to another one, page by page. */
import type { Entity, Reader } from '../../store/store.ts';

const PAGE_SIZE = 1_000;

/** @param referring absent: every entity of the type. In ascending order of keys */
export async function allReferring(
  reader: Reader, entityType: string, referring?: { readonly field: string; readonly key: string },
): Promise<readonly Entity[]> {
  const found: Entity[] = [];
  let after: string | undefined;
  do {
    const page = await reader.list(entityType, { size: PAGE_SIZE, ...after !== undefined && { after }, ...referring && { referring } });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}
