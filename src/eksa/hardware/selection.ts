/** Which machines a node group can take, and whether there are enough of them. */
import type { LabelSelector, TinkerbellMachineSpec } from '../model/machines';
import type { Machine } from './hardware-csv';

type Labels = Readonly<Record<string, string>>;

/** Nodes that are wanted from machines with some labels. */
export interface Demand {
  /** Every label must be on the machine; none means any machine. */
  readonly selector: Labels;
  readonly count: number;
  /** The place in the documents that says how many. */
  readonly source: string;
  /** Who wants them, for people. */
  readonly role: string;
}

interface SelectorUse {
  readonly selector: Labels;
  readonly demands: readonly Demand[];
  readonly wanted: number;
  readonly matching: readonly Machine[];
}

export function matchesLabels(selector: Labels, machine: Machine): boolean {
  return Object.entries(selector).every(([key, value]) => Object.hasOwn(machine.labels, key) && machine.labels[key] === value);
}

/** `matchLabels` and `matchExpressions` together, as Kubernetes evaluates them. */
export function matchesSelector(selector: LabelSelector, machine: Machine): boolean {
  return (
    matchesLabels(selector.matchLabels ?? {}, machine) &&
    (selector.matchExpressions ?? []).every(({ key = '', operator, values = [] }) => {
      const value = Object.hasOwn(machine.labels, key) ? machine.labels[key] : undefined;
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

/** Whether a machine can become a node of a group; required affinity terms are alternatives. */
export function isEligible(spec: TinkerbellMachineSpec | undefined, machine: Machine): boolean {
  if (spec?.hardwareAffinity) {
    return (spec.hardwareAffinity.required ?? []).some((term) => matchesSelector(term.labelSelector ?? {}, machine));
  }
  return matchesLabels(spec?.hardwareSelector ?? {}, machine);
}

/** Demands with the same selector are summed: the tools let the last one win and run out of machines on site. */
export function selectorUses(demands: readonly Demand[], machines: readonly Machine[]): SelectorUse[] {
  const bySelector = new Map<string, Demand[]>();
  for (const demand of demands) {
    const key = selectorText(demand.selector);
    bySelector.set(key, [...(bySelector.get(key) ?? []), demand]);
  }
  return [...bySelector.values()].map((same) => ({
    selector: same[0].selector,
    demands: same,
    wanted: same.reduce((sum, demand) => sum + demand.count, 0),
    matching: machines.filter((machine) => matchesLabels(same[0].selector, machine)),
  }));
}

/** `a=b, c=d`, the same for every order of the labels. */
export function selectorText(selector: Labels): string {
  return Object.entries(selector).map(([key, value]) => `${key}=${value}`).sort().join(', ');
}

/** Machines of a selector that no node needs, and those that a rolling upgrade would use for a while. */
interface SpareMachines {
  readonly selector: string;
  readonly spare: number;
  readonly needed: number;
}

/** One row a selector; groups are upgraded one after the other, so the largest surge decides. */
export function spareMachines(demands: readonly (Demand & { readonly maxSurge: number })[], machines: readonly Machine[]): SpareMachines[] {
  return selectorUses(demands, machines).map(({ selector, wanted, matching }) => ({
    selector: selectorText(selector),
    spare: Math.max(0, matching.length - wanted),
    needed: Math.max(
      ...demands.filter((demand) => selectorText(demand.selector) === selectorText(selector)).map(({ maxSurge }) => maxSurge),
    ),
  }));
}
