/** Which machines of hardware.csv can become nodes, and how findings name them. */
import type { Machine } from '../hardware/hardware-csv';
import { isEligible } from '../hardware/selection';
import { oncePer } from '../once';
import type { Context } from './rule';

/** Machines that the control plane can be given, spare ones included. */
export function controlPlaneMachines({ cluster, hardware, tinkerbellMachines }: Context): readonly Machine[] {
  const name = cluster.spec?.controlPlaneConfiguration?.machineGroupRef?.name;
  const group = tinkerbellMachines.find(({ metadata }) => metadata?.name === name);
  return group ? (hardware?.machines ?? []).filter((machine) => isEligible(group.spec, machine)) : [];
}

/** Machines that any group can be given. Others belong to other clusters. */
export const nodeMachines = oncePer(({ hardware, tinkerbellMachines }: Context): readonly Machine[] => (
  (hardware?.machines ?? []).filter((machine) => tinkerbellMachines.some(({ spec }) => isEligible(spec, machine)))
));

const NAMED = 3;

/** `cp1 10.20.0.21, cp2 10.20.0.22 and 5 more`. */
export function namesOf(machines: readonly Machine[]): string {
  return firstOf(machines.map(({ cells }) => `${cells.hostname} ${cells.ip_address}`));
}

/** The first few of many, and how many more there are. */
export function firstOf(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
}
