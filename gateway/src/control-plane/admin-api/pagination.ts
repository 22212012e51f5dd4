/** Pages of lists: reads `size`, `offset` and `tags` of a request, and writes a page with the link to the next one. */
import { EntityError, invalidOption } from '../../model/entity-error.ts';
import { UUID } from '../../model/schema/compiled/constraints.ts';
import type { ListOptions, Page, TagFilter } from '../../store/store.ts';
import type { AdminAnswer, AdminRequest } from './endpoint.ts';

const DEFAULT_SIZE = 100;
const MAX_ROWS = 1_000;
const MAX_TAGS = 5;

/**
 * @param isKey whether a text may be the last key of a page
 * @throws EntityError the size or the offset is not valid
 */
export function pageRequested(
  { query }: AdminRequest, isKey = (key: string) => UUID.test(key),
): { readonly size: number; readonly after?: string } {
  const offset = query.get('offset');
  return { size: sizeRequested(query), ...offset !== null && { after: keyFromOffset(offset, isKey) } };
}

/** @throws EntityError the size is not valid */
export function sizeRequested(query: URLSearchParams): number {
  const given = query.getAll('size');
  if (given.length === 0) return DEFAULT_SIZE;
  const size = given.length === 1 && given[0]!.trim() !== '' ? Number(given[0]) : NaN;
  if (Number.isNaN(size)) throw new EntityError('invalidSize', 'size must be a number');
  if (!Number.isInteger(size) || size < 1 || size > MAX_ROWS) {
    throw new EntityError('invalidSize', `size must be an integer between 1 and ${MAX_ROWS}`);
  }
  return size;
}

/** An offset is unpadded base64 of a JSON array with the last key, as Kong's is. */
function keyFromOffset(offset: string, isKey: (key: string) => boolean): string {
  const invalid = (why: string) => new EntityError('invalidOffset', `'${offset}' is not a valid offset: bad ${why} encoding`);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(offset) || offset.replace(/=+$/, '').length % 4 === 1) throw invalid('base64');
  try {
    const keys: unknown = JSON.parse(Buffer.from(offset, 'base64').toString());
    if (Array.isArray(keys) && keys.length === 1 && typeof keys[0] === 'string' && isKey(keys[0])) return keys[0];
  } catch {
    throw invalid('json');
  }
  throw invalid('json');
}

function offsetFromKey(key: string): string {
  return Buffer.from(JSON.stringify([key])).toString('base64').replace(/=+$/, '');
}

/** `?tags=a,b` means all of them, `?tags=a/b` any. @throws EntityError both separators, no tag, or too many tags */
function tagsRequested({ query }: AdminRequest): TagFilter | undefined {
  const given = query.get('tags');
  if (given === null) return undefined;
  if (given === '') throw invalidOption('tags', 'cannot be null');
  const match = ALL_OF.test(given) ? 'all' : ANY_OF.test(given) ? 'any' : undefined;
  if (!match) throw invalidOption('tags', 'invalid filter syntax');
  const tags = given.split(match === 'all' ? ',' : '/');
  if (tags.length > MAX_TAGS) throw invalidOption('tags', `cannot query more than ${MAX_TAGS} tags`);
  // No entity has an empty tag. After a separator at the end it is one more condition, which none meets, or an alternative without effect.
  return { tags: match === 'all' ? tags : tags.filter((tag) => tag !== ''), match };
}

/** Tags of characters that tags may have; one separator may end them. */
const ALL_OF = /^[^,/\p{Cc}]+(?:,[^,/\p{Cc}]+)*,?$/u;
const ANY_OF = /^[^,/\p{Cc}]+(?:\/[^,/\p{Cc}]+)*\/?$/u;

/** @param kept query arguments that the link to the next page repeats */
export function pageAnswer<Item>(
  request: AdminRequest, page: Page<Item>, toBody: (item: Item) => unknown, kept: readonly string[],
): AdminAnswer {
  const data = page.items.map(toBody);
  if (page.next === undefined) return { status: 200, body: { data, next: null } };
  const offset = offsetFromKey(page.next);
  const more = kept.flatMap((name) => {
    const value = request.query.get(name);
    return value === null ? [] : [`&${name}=${encodeURIComponent(value)}`];
  });
  const next = `${request.path}?offset=${encodeURIComponent(offset)}${more.join('')}`;
  return { status: 200, body: { data, next, offset } };
}

/** The options of a list of entities, as the request gives them. */
export function listRequested(request: AdminRequest): ListOptions {
  const tags = tagsRequested(request);
  return { ...pageRequested(request), ...tags && { tags } };
}
