/** The properties that `program.ts` changes, one at a time. */
export const CHANGE_KEY = 'rehearsal:change';

export const CHANGES = [
  'instance type', 'admin network', 'database', 'rotation', 'tunnel network', 'replicas of the control plane',
  'setting of the control plane', 'upstream of a service', 'network of the planes', 'label of the planes', 'exposure of the planes',
  'setting of the planes', 'cache of the planes', 'logs of the planes', 'identity of the planes', 'replicas of pods', 'replicas of tasks',
  'machine type',
] as const;

export type Change = (typeof CHANGES)[number];

export function isChanged(given: string | undefined): (change: Change) => boolean {
  if (given !== undefined && !(CHANGES as readonly string[]).includes(given)) {
    throw new Error(`${CHANGE_KEY}: got ${given}, expected one of ${CHANGES.join(', ')}`);
  }
  return (change) => change === given;
}
