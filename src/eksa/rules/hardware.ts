/** Rules about the machines that the cluster wants and hardware.csv has. */
import { asWritten, counted } from '../finding';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { Demand } from '../hardware/selection';
import { isEligible, matchesLabels, selectorText, selectorUses } from '../hardware/selection';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import { isWorkloadCluster } from './cluster';
import type { Context, Problem, Rule } from './rule';
import { groupsOf, initialCount } from './worker-groups';

export const HARDWARE_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'F8', check: fileGiven },
  { id: 'T31', check: enoughMachines },
  { id: 'T32', check: oneSelectorPerMachine },
  { id: 'T31', check: enoughForAffinity },
  { id: 'S7', check: enoughForSharedAffinity },
  { id: 'T31', check: affinityMatches },
];

/** A cluster that is there has its machines already; an upgrade needs the file only for more of them. */
function* fileGiven(cluster: ClusterDocument, { provider, hardware, isExisting }: Context): Iterable<Problem> {
  if (provider === 'tinkerbell' && !hardware && !isExisting && !isWorkloadCluster(cluster)) {
    yield { document: HARDWARE_FILE, at: '', message: 'is missing; bare metal needs the list of its machines', fix: 'give hardware.csv' };
  }
}

/** Every hardwareSelector, with the nodes wanted from it. */
function demands(cluster: ClusterDocument, context: Context): Demand[] {
  return rolesOf(cluster, context).flatMap(({ at, role, count, machine }) => {
    const selector = machine?.spec?.hardwareSelector ?? {};
    return machine?.spec?.hardwareAffinity || Object.keys(selector).length === 0 ? [] : [{ selector, count, source: `${at}.count`, role }];
  });
}

/** Who wants how many machines of which machine configuration. */
function rolesOf(cluster: ClusterDocument, context: Context) {
  const roles = [
    {
      at: 'spec.controlPlaneConfiguration',
      role: 'the control plane',
      count: cluster.spec?.controlPlaneConfiguration?.count ?? 0,
      ref: cluster.spec?.controlPlaneConfiguration?.machineGroupRef,
    },
    ...groupsOf(cluster).map((group, index) => ({
      at: `spec.workerNodeGroupConfigurations[${index}]`,
      role: `group ${asWritten(group.name)}`,
      count: initialCount(group),
      ref: group.machineGroupRef,
    })),
  ];
  return roles.map(({ at, role, count, ref }) => ({
    at,
    role,
    count: Math.max(0, count),
    machine: context.tinkerbellMachines.find((candidate) => candidate.metadata?.name === ref?.name),
  }));
}

function* enoughMachines(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (!context.hardware || context.hardware.isIncomplete) return;
  const unreadable = context.hardware.machines.filter(({ labelPairs }) => !labelPairs).length;
  for (const { selector, demands: same, wanted, matching } of selectorUses(demands(cluster, context), context.hardware.machines)) {
    // R8 reports labels that cannot be read; their machines may be those that are wanted.
    if (matching.length + unreadable >= wanted) continue;
    const machines = `${wanted} machines labelled ${selectorText(selector)}`;
    const fix = 'add or relabel machines, or lower the count';
    if (matching.length === 0) {
      const whose = same.map((demand) => `${demand.count} for ${demand.role}`).join(', ');
      yield {
        document: HARDWARE_FILE,
        at: '',
        message: `has no machine labelled ${selectorText(selector)}; wanted are ${whose}`,
        fix: 'add or relabel machines, or change the hardwareSelector',
      };
    } else if (same.length === 1) {
      yield { at: same[0].source, message: `wants ${machines}; hardware.csv has ${matching.length}`, fix };
    } else {
      const sum = same.map((demand) => `${demand.count} for ${demand.role}`).join(', ');
      yield {
        rule: 'S7',
        document: HARDWARE_FILE,
        at: '',
        message: `has ${matching.length} of the ${machines} that are wanted: ${sum}`,
        fix,
      };
    }
  }
}

function* oneSelectorPerMachine(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const selectors = selectorUses(demands(cluster, context), []).map((use) => use.selector);
  for (const machine of context.hardware?.machines ?? []) {
    const matched = selectors.filter((selector) => matchesLabels(selector, machine));
    if (matched.length > 1) {
      yield {
        document: `${HARDWARE_FILE}/${machine.cells.hostname}`,
        at: 'labels',
        message: `matches more than one selector: ${matched.map(selectorText).join(' and ')}`,
        fix: 'give each machine the label of one group only',
      };
    }
  }
}

/**
 * Of affinity terms the tools count the labels only, and each term must find all nodes of the group although terms are alternatives.
 * Terms of different groups may share labels: expressions tell their machines apart.
 */
function* enoughForAffinity(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (!context.hardware || context.hardware.isIncomplete) return;
  for (const { count, machine } of rolesOf(cluster, context)) {
    for (const [index, term] of (machine?.spec?.hardwareAffinity?.required ?? []).entries()) {
      const selector = term.labelSelector?.matchLabels ?? {};
      const matching = context.hardware.machines.filter((candidate) => matchesLabels(selector, candidate)).length;
      if (Object.keys(selector).length === 0 || matching >= count) continue;
      yield {
        document: documentPath(machine!), at: `spec.hardwareAffinity.required[${index}].labelSelector.matchLabels`,
        message: `must match ${counted(count, 'machine')}; hardware.csv has ${matching} labelled ${selectorText(selector)}`,
      };
    }
  }
}

/** Groups that choose by the very same terms need machines for all of them together. */
function* enoughForSharedAffinity(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const byTerms = new Map<string, ReturnType<typeof rolesOf>>();
  for (const role of rolesOf(cluster, context).filter(({ machine }) => machine?.spec?.hardwareAffinity?.required?.length)) {
    const key = JSON.stringify(role.machine?.spec?.hardwareAffinity?.required);
    byTerms.set(key, [...(byTerms.get(key) ?? []), role]);
  }
  for (const same of [...byTerms.values()].filter((roles) => roles.length > 1)) {
    const wanted = same.reduce((sum, { count }) => sum + count, 0);
    const eligible = (context.hardware?.machines ?? []).filter((machine) => isEligible(same[0].machine?.spec, machine)).length;
    // Another rule reports fewer than one of the groups needs.
    if (eligible >= wanted || same.some(({ count }) => count > eligible)) continue;
    const sum = same.map(({ count, role }) => `${count} for ${role}`).join(', ');
    yield {
      document: HARDWARE_FILE,
      at: '',
      message: `has ${eligible} of the ${wanted} machines that are wanted by the same affinity terms: ${sum}`,
      fix: 'add or relabel machines, or lower the count',
    };
  }
}

/** The tools do not count expressions; a group that no machine can ever join is worth a word. */
function* affinityMatches(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  for (const machine of context.tinkerbellMachines) {
    const hardware = context.hardware?.machines ?? [];
    if (!machine.spec?.hardwareAffinity || hardware.length === 0 || hardware.some((candidate) => isEligible(machine.spec, candidate))) {
      continue;
    }
    yield {
      document: documentPath(machine),
      at: 'spec.hardwareAffinity',
      message: 'matches no machine of hardware.csv',
      severity: 'warning',
    };
  }
}
