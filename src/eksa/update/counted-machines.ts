/** Which machines the tools count before a change of a bare-metal cluster begins: the CLI in its preflights, the API in its controllers. */
import type { Pair } from './pair';
import type { GroupPlan } from './replaced-nodes';
import type { UpdatePath } from './rule';
import { countedVersions, datacenterImage, isInPlace, upgradesForCli } from './scaling-rules';

/** How many spare machines a road asks for on account of one group; undefined where it does not look at the group. */
export type Counted = Readonly<Partial<Record<UpdatePath, number>>>;

export function countsOf(pair: Pair): (plan: GroupPlan) => Counted {
  const spec = pair.new.cluster.spec ?? {};
  const changes = changesOfVersions(pair);
  const isUpgrade = upgradesForCli(pair).length > 0;
  const isOtherImage = datacenterImage(pair.old) !== datacenterImage(pair.new);
  const isInNoUpgrade = { cli: !isInPlace(spec) && !isUpgrade, api: !changes.some(({ isOther }) => isOther) };
  return (plan) => {
    const surge = surgeOf(pair, plan);
    const added = plan.nodesAfter - plan.nodesBefore;
    const isRolling = { cli: !isInPlace(spec) && isCountedByCli(), api: !isInPlace(spec) && isCountedByApi() };
    const counted = (by: UpdatePath) => {
      if (isRolling[by]) return { [by]: surge };
      return isInNoUpgrade[by] && added > 0 ? { [by]: added } : {};
    };
    return { ...counted('cli'), ...counted('api') };

    function isCountedByCli(): boolean {
      const hasRelease = plan.reasons.some((reason) => OF_RELEASE.has(reason));
      return isHere(plan) && (hasRelease || isOtherVersion(plan, 'cli') || (isOtherImage && plan.reasons.includes('osImageURL')));
    }

    /** Where a version changes, only the groups with another version; else those that get another machine template. */
    function isCountedByApi(): boolean {
      if (!isHere(plan)) return false;
      if (!isInNoUpgrade.api) return isOtherVersion(plan, 'api');
      return plan.reasons.some((reason) => OF_RELEASE.has(reason))
        || plan.causes.some(({ template }) => template === 'TinkerbellMachineTemplate');
    }
  };

  function isOtherVersion({ name, role }: GroupPlan, by: UpdatePath): boolean {
    return changes.some((change) => change.name === (role === 'workers' ? name : undefined) && change.countedBy[by]);
  }
}

/** With these come other images, also of the actions that install machines. */
const OF_RELEASE = new Set(['eksaVersion', 'bundlesRef']);

function isHere({ action }: GroupPlan): boolean {
  return action !== 'new' && action !== 'removed';
}

interface VersionChange {
  /** Of the worker group; undefined is the control plane. */
  readonly name: string | undefined;
  readonly isOther: boolean;
  /** As each road compares: the CLI two files, the controllers the machines that run and the new file. */
  readonly countedBy: Readonly<Record<UpdatePath, boolean>>;
}

function changesOfVersions({ old, new: now }: Pair): VersionChange[] {
  const [before, after] = [old, now].map(({ cluster }) => cluster.spec ?? {});
  const isOther = before.kubernetesVersion !== after.kubernetesVersion;
  const [was, is] = [countedVersions(before), countedVersions(after)];
  const running = new Map((before.workerNodeGroupConfigurations ?? []).map((group) => [group.name ?? '', group]));
  return [
    { name: undefined, isOther, countedBy: { cli: isOther, api: isOther } },
    ...(after.workerNodeGroupConfigurations ?? []).flatMap((group): VersionChange[] => {
      const name = group.name ?? '';
      const twin = running.get(name);
      if (!twin) return [];
      const runs = twin.kubernetesVersion ?? before.kubernetesVersion;
      return [{
        name,
        isOther: runs !== (group.kubernetesVersion ?? after.kubernetesVersion),
        countedBy: { cli: was.get(name) !== is.get(name), api: runs !== is.get(name) },
      }];
    }),
  ];
}

/** The tools ask for the surge of every group that they take for replaced. */
function surgeOf({ new: { cluster } }: Pair, { name, role }: GroupPlan): number {
  const { controlPlaneConfiguration, workerNodeGroupConfigurations = [] } = cluster.spec ?? {};
  const group = role === 'workers' ? workerNodeGroupConfigurations.find((candidate) => candidate.name === name) : controlPlaneConfiguration;
  const strategy = group?.upgradeRolloutStrategy;
  return strategy?.type === 'InPlace' ? 0 : strategy?.rollingUpdate?.maxSurge ?? 1;
}
