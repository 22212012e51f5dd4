/**
 * Writes the rows of a state of the past, each exactly as it was, in an order in which references lead somewhere and unique values are
 * free at any moment.
 */
import { randomUUID } from 'node:crypto';

import { EntityError } from '../../../model/entity-error.ts';
import { inReferenceOrder } from '../../../model/schema/entity-schema.ts';
import { indexOf } from '../../../store/entity-index.ts';
import type { RowIndex, UniqueValue } from '../../../store/entity-index.ts';
import { failedOperation } from '../../../store/failed-operation.ts';
import type { Entity, Writer } from '../../../store/store.ts';
import { RollbackRefused } from './rollback-plan.ts';
import type { RestoreStep } from './rollback-plan.ts';
import { nameOf } from './shown-past.ts';

const NOTHING: RowIndex = { unique: [], references: [], tags: [] };

class Item {
  /** The row as it is in the transaction; null: there is none. */
  row: Entity | null;
  present: RowIndex;
  readonly future: RowIndex;

  constructor(readonly step: RestoreStep, readonly number: number) {
    const { schema, before, after } = step;
    this.row = before;
    this.present = before ? indexOf(schema, before) : NOTHING;
    this.future = after ? indexOf(schema, after) : NOTHING;
  }

  get place(): string {
    return `${this.step.entity}/${this.step.key}`;
  }
}

/** @throws RollbackRefused a row can not be written: something else has its unique value, or refers to what goes */
export async function restore(writer: Writer, steps: readonly RestoreStep[]): Promise<void> {
  try {
    await new Restoration(writer, inOrder(steps).map((step, number) => new Item(step, number))).run();
    await writer.flush();
  } catch (error) {
    const number = failedOperation(error);
    if (!(error instanceof EntityError) || number === undefined) throw error;
    const { entity, key, schema, before, after } = inOrder(steps)[number]!;
    throw new RollbackRefused([{ entity, key, name: nameOf(schema, after ?? before), reason: error.message }]);
  }
}

/** What goes, children first, then what comes or changes, parents first: most of the time this order is one that can be kept. */
function inOrder(steps: readonly RestoreStep[]): readonly RestoreStep[] {
  const types = inReferenceOrder([...new Set(steps.map(({ schema }) => schema))]).map(({ name }) => name);
  const rank = new Map(types.map((name, at) => [name, at + 1]));
  const rankOf = ({ entity, after }: RestoreStep): number => (after ? rank.get(entity)! : -rank.get(entity)!);
  return [...steps].sort((one, other) => rankOf(one) - rankOf(other));
}

class Restoration {
  readonly #writer: Writer;
  #pending: readonly Item[];
  /** Who has a unique value now, of the rows that change. */
  readonly #holders = new Map<string, Item>();
  /** How many of the rows that change refer to a row now. */
  readonly #referrers = new Map<string, number>();
  /** Rows that do not exist yet. */
  readonly #awaited: Set<string>;

  constructor(writer: Writer, items: readonly Item[]) {
    this.#writer = writer;
    this.#pending = items;
    this.#awaited = new Set(items.filter(({ row }) => !row).map(({ place }) => place));
    for (const item of items) this.#enter(item);
  }

  async run(): Promise<void> {
    while (this.#pending.length > 0) {
      const blocked: Item[] = [];
      for (const item of this.#pending) {
        if (this.#canBeWritten(item)) await this.#write(item, item.step.after, item.future);
        else blocked.push(item);
      }
      if (blocked.length === this.#pending.length) await this.#makeRoom(blocked);
      this.#pending = blocked;
    }
  }

  #canBeWritten(item: Item): boolean {
    if (!item.step.after) return (this.#referrers.get(item.place) ?? 0) === 0;
    return item.future.references.every(({ target, targetKey }) => !this.#awaited.has(`${target}/${targetKey}`))
      && this.#occupantsOf(item).length === 0;
  }

  /** Rows that have a unique value that the item is to have. */
  #occupantsOf(item: Item): readonly (readonly [Item, UniqueValue])[] {
    return item.future.unique.flatMap((value) => {
      const holder = this.#holders.get(claimOf(item, value));
      return holder && holder !== item ? [[holder, value] as const] : [];
    });
  }

  /** Two rows that exchange their names wait for each other: one of them gets a name for the moment. */
  async #makeRoom(blocked: readonly Item[]): Promise<void> {
    const [[holder, value] = []] = blocked.map((item) => this.#occupantsOf(item)).find((occupants) => occupants.length > 0) ?? [];
    const field = holder && Object.keys(value!.values).find((name) => typeof holder.row![name] === 'string');
    if (!holder || field === undefined || !blocked.includes(holder)) throw new Error('a state of the past cannot be restored in any order');
    const row = { ...holder.row!, [field]: `${String(holder.row![field])}-${randomUUID()}` };
    await this.#write(holder, row, indexOf(holder.step.schema, row));
  }

  async #write(item: Item, row: Entity | null, index: RowIndex): Promise<void> {
    const { entity, key } = item.step;
    this.#writer.operation = item.number;
    if (!row) await this.#writer.delete(entity, key);
    else if (item.row) await this.#writer.replace(entity, row);
    else await this.#writer.insert(entity, row);
    this.#leave(item);
    item.row = row;
    item.present = index;
    this.#enter(item);
    this.#awaited.delete(item.place);
  }

  #enter(item: Item): void {
    for (const value of item.present.unique) this.#holders.set(claimOf(item, value), item);
    for (const reference of item.present.references) this.#count(reference, 1);
  }

  #leave(item: Item): void {
    for (const value of item.present.unique) this.#holders.delete(claimOf(item, value));
    for (const reference of item.present.references) this.#count(reference, -1);
  }

  #count({ target, targetKey }: RowIndex['references'][number], by: number): void {
    const place = `${target}/${targetKey}`;
    this.#referrers.set(place, (this.#referrers.get(place) ?? 0) + by);
  }
}

function claimOf({ step }: Item, { field, text }: UniqueValue): string {
  return `${step.entity}/${field}/${text}`;
}
