/** The table: every field of the documents, and what a change of it does to nodes. */
import { BARE_METAL_ROWS } from './bare-metal';
import { CLUSTER_WIDE_ROWS } from './cluster-wide';
import { KIND_PREFIXES } from './inputs';
import type { Provider } from './inputs';
import { NODE_GROUP_ROWS } from './node-groups';
import type { Row } from './row';
import { SURROUNDING_ROWS } from './surroundings';
import { VSPHERE_ROWS } from './vsphere';

export const ROWS: readonly Row[] = [...CLUSTER_WIDE_ROWS, ...NODE_GROUP_ROWS, ...BARE_METAL_ROWS, ...VSPHERE_ROWS, ...SURROUNDING_ROWS];

/** Fields of every document that the table does not have, and why. */
export const LEFT_OUT: readonly { readonly fields: readonly string[]; readonly why: string }[] = [
  { fields: ['apiVersion', 'kind'], why: 'They say what a document is; another kind is another document.' },
  {
    fields: ['metadata'],
    why: 'Names lead from one document to another: what counts is the content that they lead to. Name and namespace of the Cluster are '
      + 'fixed (W19, the CLI); labels and annotations reach no node.',
  },
  { fields: ['status'], why: 'The cluster writes it.' },
];

/** The row that a field belongs to; a row stands for everything below its field. */
export function rowFor(kind: string, field: string): Row | undefined {
  return ROWS.find((row) => row.kind === kind && (field === row.field || (!isOnlyItself(row) && isBelow(field, row.field))));
}

/** Whether there are groups at all is one thing, what is in them another. */
function isOnlyItself({ field }: Row): boolean {
  return field === 'spec.workerNodeGroupConfigurations';
}

function isBelow(field: string, other: string): boolean {
  return field.startsWith(other) && '.['.includes(field[other.length]);
}

/** Whether the document exists with a provider; machines of etcd are not for bare metal. */
export function appliesTo({ kind, field }: Row, provider: Provider): boolean {
  if (field.startsWith('spec.externalEtcdConfiguration')) {
    return provider === 'vSphere' || (provider === 'Docker' && !field.endsWith('machineGroupRef'));
  }
  if (provider === 'Docker' && field.endsWith('machineGroupRef')) return false;
  const owner = (Object.keys(KIND_PREFIXES) as Provider[]).find((name) => kind.startsWith(KIND_PREFIXES[name]));
  return owner === undefined || owner === provider;
}
