/** Why a group of nodes is replaced: the changes that land in its templates. */
import { documentPath } from '../../model/document';
import type { Change } from '../changes';
import { isSame } from '../compare';
import type { Inputs } from './inputs';
import { documentFor } from './inputs';
import type { Landing, Row } from './row';
import { ROWS } from './table';

/** A change that replaces nodes. */
export interface Cause {
  /** As in the changes of the diff. */
  readonly path: string;
  /** The document that the field is in, such as `VSphereDatacenterConfig/site`. */
  readonly object: string;
  /** Kind of the object of Cluster API that it changes, such as `VSphereMachineTemplate`. */
  readonly template: string;
  /** Name of the field. */
  readonly reason: string;
}

/** Of both states of one group. */
export function causesOf(old: Inputs, now: Inputs, changes: readonly Change[]): Cause[] {
  return ROWS.flatMap((row) =>
    (row.lands ?? []).filter((landing) => landsOtherwise(row, landing, old, now)).flatMap((landing) =>
      placesOf(row, old, now, changes).map(({ path, object }) => ({ path, object, template: landing.template, reason: reasonOf(row) })),
    ),
  );
}

/** The control plane knows the addresses of etcd's machines: where those are replaced, so is the control plane, after them. */
export function throughEtcd(causes: readonly Cause[]): Cause[] {
  return causes.map((cause) => ({ ...cause, template: 'KubeadmControlPlane' }));
}

export function reasonOf({ field, reason }: Row): string {
  return reason ?? field.slice(field.lastIndexOf('.') + 1);
}

function landsOtherwise(row: Row, landing: Landing, old: Inputs, now: Inputs): boolean {
  const { roles, providers, only, keepsRemoved, same } = landing;
  if (!roles.includes(now.role) || !now.provider || (providers && !providers.includes(now.provider))) return false;
  if (!documentFor(old, row.kind) || !documentFor(now, row.kind)) return false;
  if (only && !only.test(old) && !only.test(now)) return false;
  const [before, after] = [old, now].map((inputs) => landing.value ? landing.value(inputs) : valueOf(row, inputs));
  return !isSame(before, after) && !same?.(before, after) && !(keepsRemoved && isPartOf(after, before));
}

/** Whether what the new state says was there before, at the same place: entries that are gone from the end of a list do not count. */
function isPartOf(after: unknown, before: unknown): boolean {
  if (after === undefined) return true;
  if (typeof after !== 'object' || after === null || typeof before !== 'object' || before === null) return isSame(after, before);
  if (Array.isArray(after) && after.length > (before as unknown[]).length) return false;
  return Object.entries(after).every(([name, value]) => isPartOf(value, (before as Record<string, unknown>)[name]));
}

/** The field as these nodes have it. */
function valueOf({ kind, field }: Row, inputs: Inputs): unknown {
  const [ofGroup] = /(?<=^spec\.workerNodeGroupConfigurations\[\]\.).*/.exec(field) ?? [];
  return ofGroup === undefined ? read(documentFor(inputs, kind), field) : read(inputs.group, ofGroup);
}

function read(value: unknown, path: string): unknown {
  return path.split('.').reduce((at, name) => (at as Record<string, unknown> | undefined)?.[name], value);
}

/** Changes at, above and below the row's field; where a reference leads to another document, that of the reference. */
function placesOf(row: Row, old: Inputs, now: Inputs, changes: readonly Change[]): { path: string; object: string }[] {
  const documents = [old, now].flatMap((inputs) => documentFor(inputs, row.kind) ?? []);
  const paths = [...new Set(documents.map((document) => documentPath(document)))];
  const referring = referencesTo(row.kind, now).flatMap(({ place, object }) =>
    changes.filter(({ path }) => touches(path, place)).map(({ path }) => ({ path, object })));
  if (paths.length > 1 && referring.length > 0) return referring;
  const own = paths.flatMap((object) => {
    const place = `${object}.${row.field.replace(/\[\]/, `[${now.group.name ?? ''}]`).replace(/\[0\].*/, '')}`;
    return changes.filter(({ path }) => touches(path, place)).map(({ path }) => ({ path, object }));
  });
  return own.length > 0 ? own : referring;
}

/** The references that lead to the document of a kind, the nearest first. */
function referencesTo(kind: string, { role, group, machine }: Inputs): { place: string; object: string }[] {
  const holder = {
    'control plane': 'controlPlaneConfiguration',
    'etcd': 'externalEtcdConfiguration',
    'workers': `workerNodeGroupConfigurations[${group.name ?? ''}]`,
  }[role];
  const isTemplate = kind === 'TinkerbellTemplateConfig';
  if (!isTemplate && machine?.kind !== kind) return [];
  const template = isTemplate && machine ? [{ place: `${documentPath(machine)}.spec.templateRef`, object: documentPath(machine) }] : [];
  return [...template, { place: `Cluster.spec.${holder}.machineGroupRef`, object: 'Cluster' }];
}

/** Whether one of two places is the other, or is below it. */
function touches(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return long.startsWith(short) && (long.length === short.length || '.['.includes(long[short.length]));
}
