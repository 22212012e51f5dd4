/**
 * What was made of the items of a list. The next list takes over what was made of items that it has, too, so that it costs what is new in
 * it. Immutable.
 */
import { UNITS_BETWEEN_YIELDS } from './steps.ts';
import type { Steps } from './steps.ts';

interface KeptListOptions<In, Out> {
  /** What an item is found again by. An item with the key `undefined` is found by its place only. @default - the item itself */
  readonly keyOf?: (item: In) => unknown;
  /** Whether what was made of an item before is what would be made of the item now. @default - when it is the same object */
  readonly isKept?: (before: In, item: In, made: Out) => boolean;
}

export class KeptList<In, Out> {
  static empty<In, Out>(): KeptList<In, Out> {
    return new KeptList<In, Out>([], [], [], []);
  }

  readonly items: readonly In[];
  /** In the order of the items. The same array as in the list before when nothing has changed. */
  readonly made: readonly Out[];
  /** What the list before does not have. */
  readonly added: readonly Out[];
  /** What only the list before has. */
  readonly removed: readonly Out[];

  private constructor(items: readonly In[], made: readonly Out[], added: readonly Out[], removed: readonly Out[]) {
    this.items = items;
    this.made = made;
    this.added = added;
    this.removed = removed;
  }

  /** Whether this list has the same as the one before, in the same order. */
  isSameAs(before: KeptList<In, Out>): boolean {
    return this.made === before.made;
  }

  /** @param make called in the order of the items; each call is the work of a while */
  * next(items: readonly In[], make: (item: In, index: number) => Out, options: KeptListOptions<In, Out> = {}): Steps<KeptList<In, Out>> {
    const { keyOf = itself, isKept = isSameObject } = options;
    const { items: before, made: known } = this;
    const isUsed = new Uint8Array(before.length);
    const made: Out[] = [];
    const added: Out[] = [];
    let places: ReadonlyMap<unknown, number> | undefined;
    let expected = 0;
    let isMoved = false;
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at]!;
      const key = keyOf(item);
      let place: number | undefined = expected;
      // Most lists differ by an item that has changed, has come or is gone.
      if (place >= before.length || keyOf(before[place]!) !== key) {
        place += 1;
        if (place >= before.length || keyOf(before[place]!) !== key) {
          const following = at + 1 < items.length ? keyOf(items[at + 1]!) : undefined;
          const isReplaced = following !== undefined && place < before.length && keyOf(before[place]!) === following;
          if (!isReplaced) places ??= yield* placesOf(before, keyOf);
          place = isReplaced || key === undefined ? undefined : places!.get(key);
          if (isReplaced) expected += 1;
        }
      }
      if (place !== undefined) expected = place + 1;
      if (place !== undefined && isUsed[place] === 0 && isKept(before[place]!, item, known[place]!)) {
        isUsed[place] = 1;
        made.push(known[place]!);
        if (place !== at) isMoved = true;
      } else {
        const fresh = make(item, at);
        made.push(fresh);
        added.push(fresh);
        yield;
      }
      if (at % UNITS_BETWEEN_YIELDS === 0) yield;
    }
    const removed: Out[] = [];
    for (let place = isUsed.indexOf(0); place !== -1; place = isUsed.indexOf(0, place + 1)) {
      removed.push(known[place]!);
      if (removed.length % UNITS_BETWEEN_YIELDS === 0) yield;
    }
    const isSame = !isMoved && added.length === 0 && removed.length === 0;
    return new KeptList(items, isSame ? known : made, added, removed);
  }
}

function* placesOf<In>(items: readonly In[], keyOf: (item: In) => unknown): Steps<ReadonlyMap<unknown, number>> {
  const places = new Map<unknown, number>();
  for (let at = 0; at < items.length; at += 1) {
    places.set(keyOf(items[at]!), at);
    if (at % UNITS_BETWEEN_YIELDS === 0) yield;
  }
  return places;
}

function itself<T>(item: T): T {
  return item;
}

function isSameObject<T>(before: T, item: T): boolean {
  return before === item;
}
