/** What an upgrade of a cluster would do, and whether it would be let through. */
import type { CheckOptions } from '../check';
import { checkDocuments } from '../check';
import type { Finding } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import { parsePlaceholder } from '../hardware/placeholder';
import type { Change } from './changes';
import { changesOf } from './changes';
import { isAccepted, judge } from './judge';
import type { Pair, State } from './pair';
import { stateOf } from './pair';
import type { GroupPlan } from './replaced-nodes';
import { rolloutOf } from './replaced-nodes';
import type { Refusal } from './rule';
import { shortage } from './shortages';
import type { SpareNeed } from './spare-machines';
import { selectorNeeds } from './spare-machines';

export interface UpgradeDiff {
  /** Whether `eksctl anywhere upgrade cluster` lets the change through, and it can be done. */
  readonly cliAccepts: boolean;
  /** Whether the admission webhooks and controllers do: the path of kubectl and GitOps. */
  readonly webhookAccepts: boolean;
  readonly refusals: readonly Refusal[];
  /** Errors of the new file that have nothing to do with the old one. */
  readonly newFile: readonly Finding[];
  /** What the new file warns about and the old one did not. */
  readonly warnings: readonly Finding[];
  readonly changes: readonly Change[];
  readonly groups: readonly GroupPlan[];
  readonly machines: readonly SpareNeed[];
}

/**
 * @param oldDocuments what the cluster holds
 * @param newDocuments what is to be applied
 * @param hardware all machines of the site, those in use included
 * @returns undefined when one of the two does not hold exactly one Cluster
 */
export function diffDocuments(
  oldDocuments: readonly object[],
  newDocuments: readonly object[],
  hardware?: Hardware,
  options: CheckOptions = {},
): UpgradeDiff | undefined {
  return diffSides(sideOf(oldDocuments, options), sideOf(newDocuments, options), hardware);
}

/** One side of a comparison, by itself. */
export interface Side {
  /** Undefined when there is not exactly one Cluster. */
  readonly state: State | undefined;
  readonly findings: readonly Finding[];
}

/** @param documents as they were given, without defaults */
export function sideOf(documents: readonly object[], options: CheckOptions): Side {
  return { state: stateOf(documents), findings: checkDocuments(documents, undefined, options) };
}

/** The same, where one side is compared with several others. */
export function diffSides(before: Side, after: Side, hardware?: Hardware): UpgradeDiff | undefined {
  const [old, now] = [before.state, after.state];
  if (!old || !now) return undefined;
  const pair: Pair = { old, new: now, hardware };
  const changes = changesOf(pair);
  const groups = rolloutOf(pair, changes);
  const needs = selectorNeeds(pair, groups);
  const { refusals, newFile, warnings } = judge(pair, after.findings, before.findings);
  const all = [...refusals, ...needs.flatMap(shortage)];
  return {
    cliAccepts: isAccepted(all, 'cli'),
    webhookAccepts: isAccepted(all, 'api'),
    refusals: all,
    newFile,
    warnings,
    changes: changes.map(withoutToken),
    groups,
    machines: needs.map(({ need }) => need),
  };
}

/** Licence tokens are not shown, references to them are. */
function withoutToken(change: Change): Change {
  if (change.path !== 'Cluster.spec.licenseToken') return change;
  const [old, now] = [change.old, change.new].map((token) => typeof token !== 'string' || parsePlaceholder(token) ? token : '(a token)');
  return { path: change.path, old, new: now === old && now !== undefined ? '(another token)' : now };
}
