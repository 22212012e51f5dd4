/** What every plan has to hold, whatever it plans. */
import type { Hardware } from '../../../src/eksa/hardware/hardware-csv';
import type { Document } from '../../../src/eksa/model/document';
import type { PlanOptions, PlannedUpgrade } from '../../../src/eksa/plan/plan';
import { planUpgrade } from '../../../src/eksa/plan/plan';
import { diffDocuments } from '../../../src/eksa/update/diff';

type Documents = readonly Document[];

export function planned(old: Documents, now: Documents, options: PlanOptions = {}, hardware?: Hardware): PlannedUpgrade {
  const found = planUpgrade(old, now, hardware, options);
  if (!found) throw new Error('one of the states has no Cluster');
  return found;
}

/** Problems of the chain: a step that is refused, an empty step, a last step that is not the new state. None is right. */
export function brokenSteps(old: Documents, now: Documents, { plan, documents }: PlannedUpgrade, options: PlanOptions = {}): string[] {
  const problems = plan.steps.flatMap((step, index) => {
    const [from, to] = [index === 0 ? old : documents[index - 1], documents[index]];
    const diff = diffDocuments(from, to, undefined, releaseFor(to, options));
    if (!diff) return [`step ${step.number} has no Cluster`];
    const refusals = diff.refusals.filter(({ paths }) => paths.includes(step.path));
    return [
      ...refusals.map(({ ruleId, path, message }) => `step ${step.number}: ${ruleId} ${path} ${message}`),
      ...(diff.changes.length === 0 ? [`step ${step.number} changes nothing`] : []),
    ];
  });
  const isWhole = plan.steps.length === 0 || JSON.stringify(documents.at(-1)) === JSON.stringify(now);
  return [...problems, ...(isWhole ? [] : ['the last step is not the new state'])];
}

function releaseFor(documents: Documents, { eksAnywhereVersion }: PlanOptions) {
  const spec = documents.find(({ kind }) => kind === 'Cluster')?.spec as { eksaVersion?: string } | undefined;
  return spec?.eksaVersion === undefined ? { eksAnywhereVersion } : {};
}

/** How often nodes of any group are replaced or upgraded in place. */
export function rollouts({ plan }: PlannedUpgrade): number {
  return plan.steps.filter(({ groups }) => groups.some(({ action }) => action === 'rolling' || action === 'in place')).length;
}
