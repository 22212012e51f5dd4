/** The table: every field of the documents, and what a change of it does to nodes. */
import { BARE_METAL_ROWS } from './bare-metal';
import { CLUSTER_WIDE_ROWS } from './cluster-wide';
import { NODE_GROUP_ROWS } from './node-groups';
import type { Row } from './row';
import { SURROUNDING_ROWS } from './surroundings';
import { VSPHERE_ROWS } from './vsphere';

export const ROWS: readonly Row[] = [...CLUSTER_WIDE_ROWS, ...NODE_GROUP_ROWS, ...BARE_METAL_ROWS, ...VSPHERE_ROWS, ...SURROUNDING_ROWS];
