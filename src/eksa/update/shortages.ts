/** Where machines are missing, and who says so: what the tools count they refuse; what they do not count starts, and waits. */
import { counted } from '../finding';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { GroupPlan } from './replaced-nodes';
import { UPDATE_PATHS } from './rule';
import type { Refusal, UpdatePath } from './rule';
import type { Part, SelectorNeed } from './spare-machines';
import { wantedFor } from './spare-machines';

export function shortage({ need: { selector, wanted, spare }, parts }: SelectorNeed): Refusal[] {
  if (spare === undefined || spare >= wanted) return [];
  const taken = parts.reduce((sum, part) => sum + part.taken, 0);
  const isCounted = (by: UpdatePath) => spare < (lastCounted(parts, by) ?? 0);
  const paths = UPDATE_PATHS.filter((by) => isCounted(by) || spare < taken);
  if (paths.length === 0) return [];
  const waits = paths.filter((by) => !isCounted(by));
  const wanting = parts.filter((part) => wantedFor(part) > 0).map(({ plan }) => plan);
  return [
    {
      ruleId: 'T31',
      paths,
      path: HARDWARE_FILE,
      message: `has ${counted(spare, 'spare machine')} labelled ${selector}; ${wanted} more `
        + `${wanted === 1 ? 'is' : 'are'} wanted for ${wanting.map(({ name }) => name).join(' and ')}${waiting(waits)}`,
      fix: `add or relabel machines${otherWay(wanting)}`,
      ...(waits.length > 0 ? { waits } : {}),
    },
  ];
}

/** Of several groups with one selector the tools remember the last. */
function lastCounted(parts: readonly Part[], by: UpdatePath): number | undefined {
  return parts.map((part) => part.counted[by]).filter((count) => count !== undefined).at(-1);
}

const WHO: Readonly<Record<UpdatePath, string>> = { cli: 'the CLI accepts', api: 'the API accepts' };

function waiting(waits: readonly UpdatePath[]): string {
  if (waits.length === 0) return '';
  return `; ${waits.length === UPDATE_PATHS.length ? 'the tools accept' : WHO[waits[0]]} it, and the roll-out waits for a machine`;
}

/** Fewest nodes of a control plane that Cluster API replaces without a spare one. */
const FEWEST = 3;

function otherWay(plans: readonly GroupPlan[]): string {
  const mistaken = plans.filter(({ action }) => action === 'nothing').map(({ name }) => name);
  if (mistaken.length > 0) {
    return `, or write the kubernetesVersion of ${mistaken.join(' and ')}: the tools give a group without one that of the group before it`;
  }
  const rolling = plans.filter(({ surge }) => surge > 0);
  if (rolling.some(({ role, nodesAfter }) => role === 'workers' || nodesAfter >= FEWEST)) {
    return '; nodes that are replaced with maxSurge 0 need no spare ones';
  }
  if (rolling.length > 0) return `; a control plane of fewer than ${FEWEST} nodes is not replaced without a spare one`;
  return ', or lower the count';
}
