/** What a place, or a group, has. */
import { counted } from '../finding';

interface Lists {
  readonly nodes: readonly unknown[];
  readonly spares: readonly unknown[];
}

interface Counts {
  readonly nodes: number;
  readonly spare: number;
  readonly missing: number;
}

/** `5 nodes`, `2 spare`: what a place has of a group. */
export function sectionCounts({ nodes, spares }: Lists): string[] {
  return [...nodes.length > 0 ? [counted(nodes.length, 'node')] : [], ...spares.length > 0 ? [`${spares.length} spare`] : []];
}

/** `3 nodes`, `2 spare`, `1 missing`: what a group has, without what there is none of. */
export function groupCounts({ nodes, spare, missing }: Counts): string[] {
  return [counted(nodes, 'node'), ...spare > 0 ? [`${spare} spare`] : [], ...missing > 0 ? [`${missing} missing`] : []];
}
