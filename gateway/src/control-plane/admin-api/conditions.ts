/** What a request demands of the present state: `If-Match` and `If-None-Match`, by entity tags or by a revision. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { isPlainObject } from '../../model/schema/plain-object.ts';
import type { Entity } from '../../store/store.ts';
import { RequestError } from './request-error.ts';

/** Tags as they are compared, quotes included; `*`: any. */
type Tags = '*' | readonly string[];

export interface Conditions {
  /** The whole configuration has to be that of this revision. */
  readonly revision?: number;
  readonly match?: Tags;
  readonly noneMatch?: Tags;
}

/** One tag with the comma after it. A strong tag of digits only is a revision: tags of entities have other characters, too. */
const TAG = /\s*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)/y;

const REVISION = /^"(\d{1,15})"$/;

/** @throws RequestError 400: they cannot be read */
export function conditionsOf(headers: IncomingHttpHeaders): Conditions {
  const match = tagsOf(headers['if-match'], 'If-Match', false);
  const noneMatch = tagsOf(headers['if-none-match'], 'If-None-Match', true);
  const revisions = match === undefined || match === '*' ? [] : match.flatMap((tag) => REVISION.exec(tag)?.[1] ?? []);
  if (revisions.length > 0 && match!.length > 1) throw new RequestError(400, 'If-Match names one revision, or tags of the entity');
  return {
    ...revisions.length > 0 ? { revision: Number(revisions[0]) } : match !== undefined && { match },
    ...noneMatch !== undefined && { noneMatch },
  };
}

/** @param isWeak whether tags that are marked as weak count: they never match where a change depends on them */
function tagsOf(header: string | undefined, name: string, isWeak: boolean): Tags | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const tags: string[] = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < header.length) {
    const found = TAG.exec(header);
    if (!found) throw new RequestError(400, `${name} is no list of entity tags, which are in double quotes`);
    if (isWeak || found[1] === undefined) tags.push(found[2]!);
  }
  return tags;
}

/**
 * @param etag of the entity that the request is about; undefined: there is none
 * @throws RequestError 412
 */
export function checkConditions({ match, noneMatch }: Conditions, etag: string | undefined): void {
  if (match !== undefined && (etag === undefined || !hasTag(match, etag))) {
    throw new RequestError(412, etag === undefined ? 'If-Match: there is no such entity'
      : `If-Match: the entity was changed, its ETag is ${etag} now; read it again before it is changed`);
  }
  if (noneMatch !== undefined && etag !== undefined && hasTag(noneMatch, etag)) {
    throw new RequestError(412, 'If-None-Match: there is such an entity already');
  }
}

export function hasTag(tags: Tags, etag: string): boolean {
  return tags === '*' || tags.includes(etag);
}

/**
 * The tag of an entity: the same for equal ones, on each node and after each restart. A time to live counts by its end, so its seconds that
 * pass are no change.
 */
export function etagOf(entity: Entity): string {
  return tagOf(JSON.stringify(entity, sortedMembers));
}

/** The tag of any text. */
export function tagOf(text: string): string {
  // A letter tells it from a revision.
  return `"e${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

function sortedMembers(_name: string, value: unknown): unknown {
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
