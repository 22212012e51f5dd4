/** Machines of bare metal that a change needs beside those in use. */
import type { Machine } from '../hardware/hardware-csv';
import { isEligible, selectorText } from '../hardware/selection';
import type { Ref } from '../model/cluster';
import type { TinkerbellMachineSpec } from '../model/machines';
import { countsOf } from './counted-machines';
import type { Counted } from './counted-machines';
import { find } from './pair';
import type { Pair, State } from './pair';
import type { GroupPlan } from './replaced-nodes';

export interface SpareNeed {
  /** `type=worker`; terms of an affinity are alternatives. */
  readonly selector: string;
  /** Names of the groups that take machines by this selector. */
  readonly groups: readonly string[];
  /** Machines that are wanted in addition to those that run. */
  readonly wanted: number;
  /** Machines of hardware.csv that match and that no node of the old state needs; undefined without the file. */
  readonly spare?: number;
}

/** What one selector is wanted for. */
export interface SelectorNeed {
  readonly need: SpareNeed;
  /** Of the groups, in the order in which the tools look at them. */
  readonly parts: readonly Part[];
}

/** Machines that one group wants. */
export interface Part {
  readonly plan: GroupPlan;
  /** What its nodes really take. */
  readonly taken: number;
  /** What each road asks for before it begins; undefined where it does not count this group. */
  readonly counted: Counted;
}

/** One row a selector; machines wanted by several groups with one selector are summed. Other providers need none. */
export function selectorNeeds(pair: Pair, plans: readonly GroupPlan[]): SelectorNeed[] {
  const countedFor = countsOf(pair);
  const uses = plans.flatMap((plan): Use[] => {
    const before = machineSpec(pair.old, plan.machineBefore);
    const spec = machineSpec(pair.new, plan.machineAfter) ?? before;
    if (!spec) return [];
    const kept = keptMachines(pair, plan, before, spec);
    return [{ plan, spec, selector: selectorOf(spec), kept, taken: takenBy(plan, kept), counted: countedFor(plan) }];
  });
  return [...new Set(uses.map(({ selector }) => selector))].map((selector) => {
    const same = uses.filter((use) => use.selector === selector);
    const movingIn = same.reduce((sum, { kept }) => sum + (kept ?? 0), 0);
    return {
      parts: same,
      need: {
        selector,
        groups: same.map(({ plan }) => plan.name),
        wanted: same.reduce((sum, part) => sum + wantedFor(part), 0),
        ...(pair.hardware ? { spare: spare(pair.hardware.machines, same[0].spec, runningOn(selector, pair, plans) + movingIn) } : {}),
      },
    };
  });
}

export function wantedFor({ taken, counted: { cli = 0, api = 0 } }: Part): number {
  return Math.max(taken, cli, api);
}

interface Use extends Part {
  readonly spec: TinkerbellMachineSpec;
  readonly selector: string;
  /** Where the group moves to another selector: how many machines in use match that as well. */
  readonly kept: number | undefined;
}

/** Without hardware.csv none is known to match. */
function keptMachines(
  { hardware }: Pair,
  { action, nodesBefore }: GroupPlan,
  before: TinkerbellMachineSpec | undefined,
  after: TinkerbellMachineSpec,
): number | undefined {
  if (action !== 'rolling' || !before || selectorOf(before) === selectorOf(after)) return undefined;
  const matching = (hardware?.machines ?? []).filter((machine) => isEligible(before, machine) && isEligible(after, machine));
  return Math.min(matching.length, nodesBefore);
}

function machineSpec(state: State, ref: Ref | undefined): TinkerbellMachineSpec | undefined {
  return ref?.kind === 'TinkerbellMachineConfig' ? find<TinkerbellMachineSpec>(state, ref.kind, ref.name)?.spec : undefined;
}

function selectorOf({ hardwareSelector, hardwareAffinity }: TinkerbellMachineSpec): string {
  if (!hardwareAffinity) return selectorText(hardwareSelector ?? {});
  return (hardwareAffinity.required ?? []).map(({ labelSelector }) => [
    selectorText(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map(({ key, operator, values }) => [key, operator, ...(values ?? [])].join(' ')),
  ].filter((part) => part !== '').join(', ')).join(' or ');
}

/**
 * More nodes, and nodes that are added before old ones go; where there are fewer nodes than before, the first ones to go make room. A group
 * that moves to another selector leaves machines that do not match it, and those do not come back.
 */
function takenBy({ nodesBefore, nodesAfter, surge }: GroupPlan, kept: number | undefined): number {
  return Math.max(0, nodesAfter - nodesBefore + surge, kept === undefined ? 0 : nodesAfter - kept);
}

function runningOn(selector: string, pair: Pair, plans: readonly GroupPlan[]): number {
  const running = plans.filter(({ machineBefore }) => {
    const spec = machineSpec(pair.old, machineBefore);
    return spec && selectorOf(spec) === selector;
  });
  return running.reduce((sum, { nodesBefore }) => sum + nodesBefore, 0);
}

function spare(machines: readonly Machine[], spec: TinkerbellMachineSpec, running: number): number {
  return Math.max(0, machines.filter((machine) => isEligible(spec, machine)).length - running);
}
