/** The machines of one section as tiles: nodes, then spare machines, then what is missing; of long lists the rest is counted. */
import type { SceneMachine, SceneSection } from './scene';

export interface Tile {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'node' | 'spare' | 'missing';
  /** Whether the tile stands for several machines. */
  readonly isRest?: boolean;
  /** What pointing at it shows. */
  readonly label?: string;
}

/** Rows of tiles that nodes get, and spare machines. */
const ROWS = { node: 3, spare: 2 };

/** @param columns tiles in a row */
export function tilesOf({ nodes, spares }: SceneSection, missing: number, columns: number): Tile[] {
  return [
    ...listed(nodes, 'node', columns * ROWS.node),
    ...listed(spares, 'spare', columns * ROWS.spare),
    ...missing > columns
      ? [{ name: `${missing} missing`, detail: 'no machine matches', kind: 'missing' as const, isRest: true }]
      : Array.from({ length: missing }, () => ({ name: 'missing', detail: 'no machine matches', kind: 'missing' as const })),
  ];
}

function listed(machines: readonly SceneMachine[], kind: 'node' | 'spare', limit: number): Tile[] {
  if (machines.length <= limit) return machines.map((machine) => ({ ...machine, kind }));
  const rest = machines.slice(limit - 1);
  return [
    ...machines.slice(0, limit - 1).map((machine) => ({ ...machine, kind })),
    {
      name: `and ${rest.length} more`,
      detail: `${machines.length}${kind === 'spare' ? ' spare' : ''} in all`,
      kind,
      isRest: true,
      label: `${rest[0].name} to ${rest[rest.length - 1].name}`,
    },
  ];
}
