/** How the log of changes writes entities down. */
import type { Entity } from '../store.ts';

export interface Seal {
  close(entity: string, row: Entity): string;
  open(entity: string, text: string): Entity;
}

export const PLAIN: Seal = {
  close: (_, row) => JSON.stringify(row),
  open: (_, text) => JSON.parse(text) as Entity,
};
