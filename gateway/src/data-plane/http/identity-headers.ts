/** The headers that say to an upstream who the client is. What the client sent by these names never gets through. */
import type { Consumer } from '../../model/snapshot.ts';
import { HeaderBlock, HeaderNames } from '../../plugin-kit/header-block.ts';
import { headerValue } from './header-text.ts';

/** A header that takes the place of the client's with that name. */
export interface ChangedHeader {
  /** In lower case. */
  readonly key: string;
  readonly name: string;
  /** As they travel. Empty: the header is removed. */
  readonly values: readonly string[];
}

export interface IdentityHeaders {
  /** All of them, also those without a value. */
  readonly all: readonly ChangedHeader[];
  /** Those with a value. */
  readonly set: readonly ChangedHeader[];
  readonly block: HeaderBlock;
}

interface Known {
  readonly identifier: string | undefined;
  readonly isAnonymous: boolean;
  readonly headers: IdentityHeaders;
}

/** Of each consumer the last: most have one credential. */
const known = new WeakMap<Consumer, Known>();

export function identityHeaders(consumer: Consumer | undefined, identifier: string | undefined, isAnonymous: boolean): IdentityHeaders {
  if (consumer === undefined) return make(undefined, identifier, isAnonymous);
  const before = known.get(consumer);
  if (before !== undefined && before.identifier === identifier && before.isAnonymous === isAnonymous) return before.headers;
  const headers = make(consumer, identifier, isAnonymous);
  known.set(consumer, { identifier, isAnonymous, headers });
  return headers;
}

function make(consumer: Consumer | undefined, identifier: string | undefined, isAnonymous: boolean): IdentityHeaders {
  const all = [
    changed('X-Consumer-ID', consumer?.id),
    changed('X-Consumer-Custom-ID', consumer?.customId),
    changed('X-Consumer-Username', consumer?.username),
    changed('X-Credential-Identifier', identifier),
    changed('X-Anonymous-Consumer', isAnonymous ? 'true' : undefined),
  ];
  const set = all.filter(({ values }) => values.length > 0);
  const block = new HeaderBlock(namesOf(set), set.map(({ values }) => values[0]!));
  return { all, set, block };
}

/** By which of them have a value. */
const names = new Map<string, HeaderNames>();

function namesOf(set: readonly ChangedHeader[]): HeaderNames {
  const given = set.map(({ name }) => name);
  const shape = given.join();
  const before = names.get(shape);
  if (before !== undefined) return before;
  const made = new HeaderNames(given);
  names.set(shape, made);
  return made;
}

function changed(name: string, value: string | null | undefined): ChangedHeader {
  return { key: name.toLowerCase(), name, values: value === null || value === undefined ? [] : [headerValue(value)] };
}
