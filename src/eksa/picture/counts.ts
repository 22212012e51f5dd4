/** Numbers with their nouns. */
import type { SceneGroup, SceneSection } from './scene';

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `5 nodes`, `2 spare`: what a place has of a group. */
export function sectionCounts({ nodes, spares }: SceneSection): string[] {
  return [...nodes.length > 0 ? [counted(nodes.length, 'node')] : [], ...spares.length > 0 ? [`${spares.length} spare`] : []];
}

/** `3 nodes`, `2 spare`, `1 missing`: what a group has, without what there is none of. */
export function groupCounts({ nodes, spare, missing }: SceneGroup): string[] {
  return [counted(nodes, 'node'), ...spare > 0 ? [`${spare} spare`] : [], ...missing > 0 ? [`${missing} missing`] : []];
}
