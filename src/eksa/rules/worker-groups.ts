/** Rules about worker node groups. */
import { asWritten, isOneOf, oneOf } from '../finding';
import type { NodeGroup, WorkerGroup } from '../model/cluster';
import type { ClusterDocument } from '../model/document';
import { isDnsLabel } from '../syntax/names';
import { kubernetesMinor } from '../syntax/version';
import { isWorkloadCluster } from './cluster';
import { healthCheckProblems, kubeletProblems, labelProblems, taintProblems } from './node-group';
import type { Context, Problem, Rule } from './rule';

const AT = 'spec.workerNodeGroupConfigurations';
const ROLLOUT_TYPES = ['RollingUpdate', 'InPlace'];
/** `<cluster>-<group>` is the name of objects and the value of their labels. */
const OBJECT_NAME_LIMIT = 63;
/** The name that the tools give the first group when it has none. */
const DEFAULT_GROUP_NAME = 'md-0';

type GroupCheck = (group: WorkerGroup, at: string, context: Context) => Iterable<Problem>;

/** A rule about each group by itself. */
function each(id: string, check: GroupCheck): Rule<ClusterDocument> {
  return {
    id,
    *check(cluster, context) {
      for (const [index, group] of groupsOf(cluster).entries()) yield* check(group, `${AT}[${index}]`, context);
    },
  };
}

export function groupsOf(cluster: ClusterDocument): readonly WorkerGroup[] {
  const groups = cluster.spec?.workerNodeGroupConfigurations ?? [];
  return groups.map((group, index) => index === 0 && !group.name ? { ...group, name: DEFAULT_GROUP_NAME } : group);
}

/** The number of machines that a group starts with. */
export function initialCount(group: WorkerGroup): number {
  const { count, autoscalingConfiguration: scaling } = group;
  return count ?? (scaling ? scaling.minCount ?? 0 : 1);
}

export const WORKER_GROUP_RULES: readonly Rule<ClusterDocument>[] = [
  each('C6', function* (group, at, { provider }) {
    if (provider !== 'docker' && !group.machineGroupRef) {
      yield { at: `${at}.machineGroupRef`, message: 'is missing; expected the machine configuration of these nodes' };
    }
  }),
  { id: 'C10', check: groupsPresent },
  each('C11', function* (group, at) {
    if (!group.name) yield { at: `${at}.name`, message: 'is missing; every group but the first needs a name' };
  }),
  each('C13', function* (group, at) {
    if (group.count !== undefined && group.count < 0) yield { at: `${at}.count`, message: `is ${group.count}; expected 0 or more` };
  }),
  each('C14', autoscalingBounds),
  each('C18', function* (group, at) {
    const type = group.upgradeRolloutStrategy?.type;
    if (group.upgradeRolloutStrategy && !isOneOf(type, ROLLOUT_TYPES)) {
      yield { at: `${at}.upgradeRolloutStrategy.type`, message: `is ${asWritten(type)}; expected ${oneOf(ROLLOUT_TYPES)}` };
    }
  }),
  each('C19', rollingUpdate),
  each('C22', inPlace),
  { id: 'C25', check: uniqueNames },
  each('C26', (group, at) => labelProblems(group.labels, `${at}.labels`)),
  { id: 'C27', check: oneGroupWithoutTaints },
  { id: 'no-workers', check: someWorkers },
  { id: 'C29', check: versionWithoutGroups },
  each('S26', function* (group, at) {
    if (group.name && !isDnsLabel(group.name)) {
      yield {
        at: `${at}.name`,
        message: `is ${asWritten(group.name)}; it names Kubernetes objects: lower-case letters, digits and dashes`,
      };
    }
  }),
  each('S26', function* (group, at, { cluster }) {
    const length = `${cluster.metadata?.name}-${group.name}`.length;
    if (length > OBJECT_NAME_LIMIT) {
      yield {
        at: `${at}.name`,
        message: `makes an object name of ${length} characters together with the cluster's; at most ${OBJECT_NAME_LIMIT} are allowed`,
      };
    }
  }),
  each('C71', (group, at, context) => kubeletProblems(group, at, context)),
  each('taint', (group, at) => taintProblems(group.taints, `${at}.taints`)),
  each('MHC', (group, at) => healthCheckProblems(group.machineHealthCheck, `${at}.machineHealthCheck`)),
];

function* groupsPresent(cluster: ClusterDocument, { provider }: Context): Iterable<Problem> {
  if (provider !== 'tinkerbell' && groupsOf(cluster).length === 0) {
    yield { at: AT, message: 'is empty; only bare metal can do without workers', fix: 'add a worker group' };
  }
}

function* autoscalingBounds(group: WorkerGroup, at: string): Iterable<Problem> {
  const scaling = group.autoscalingConfiguration;
  if (!scaling) return;
  const { minCount: minimum = 0, maxCount: maximum } = scaling;
  const count = initialCount(group);
  const range = `${at}.autoscalingConfiguration`;
  if (minimum < 0) yield { at: `${range}.minCount`, message: `is ${minimum}; expected 0 or more` };
  if (maximum === undefined) {
    if (Math.max(minimum, count) > 0) yield { rule: 'C17', at: `${range}.maxCount`, message: 'is missing, which means 0' };
  } else if (minimum > maximum) yield { rule: 'C15', at: `${range}.minCount`, message: `is ${minimum}, more than maxCount ${maximum}` };
  else if (minimum > count) yield { rule: 'C16', at: `${range}.minCount`, message: `is ${minimum}, more than count ${count}` };
  else if (maximum < count) yield { rule: 'C17', at: `${range}.maxCount`, message: `is ${maximum}, less than count ${count}` };
}

function* rollingUpdate(group: WorkerGroup, at: string): Iterable<Problem> {
  const strategy = group.upgradeRolloutStrategy;
  if (strategy?.type !== 'RollingUpdate') return;
  const path = `${at}.upgradeRolloutStrategy.rollingUpdate`;
  if (!strategy.rollingUpdate) {
    yield { at: path, message: 'is missing', fix: 'add maxSurge and maxUnavailable' };
    return;
  }
  const { maxSurge = 0, maxUnavailable = 0 } = strategy.rollingUpdate;
  if (maxSurge < 0) yield { rule: 'C20', at: `${path}.maxSurge`, message: `is ${maxSurge}; expected 0 or more` };
  if (maxUnavailable < 0) yield { rule: 'C20', at: `${path}.maxUnavailable`, message: `is ${maxUnavailable}; expected 0 or more` };
  if (maxSurge === 0 && maxUnavailable === 0) {
    yield {
      rule: 'C21',
      at: path,
      message: 'has maxSurge 0 and maxUnavailable 0: nothing could ever be replaced',
      fix: 'set one of them to 1',
    };
  }
}

function* inPlace(group: WorkerGroup, at: string, { provider, flags }: Context): Iterable<Problem> {
  const strategy = group.upgradeRolloutStrategy;
  if (strategy?.type !== 'InPlace') return;
  const path = `${at}.upgradeRolloutStrategy`;
  if (strategy.rollingUpdate) {
    yield { at: `${path}.rollingUpdate`, message: 'is set; it has no meaning for InPlace', fix: 'remove rollingUpdate' };
  }
  const isAllowed = provider === 'tinkerbell' || (provider === 'vsphere' && flags.has('VSPHERE_IN_PLACE_UPGRADE'));
  if (!isAllowed) {
    yield {
      rule: provider === 'vsphere' ? 'C23' : 'C24',
      at: `${path}.type`,
      message: 'is InPlace; only bare metal supports that',
      fix: 'use RollingUpdate',
    };
  }
}

function* uniqueNames(cluster: ClusterDocument): Iterable<Problem> {
  const names = groupsOf(cluster).map((group) => group.name);
  for (const [index, name] of names.entries()) {
    if (name && names.indexOf(name) < index) {
      yield { at: `${AT}[${index}].name`, message: `is ${asWritten(name)}, the name of another group as well` };
    }
  }
}

function isBarred({ taints }: NodeGroup): boolean {
  return taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') ?? false;
}

function* oneGroupWithoutTaints(cluster: ClusterDocument): Iterable<Problem> {
  const groups = groupsOf(cluster);
  if (groups.length === 0 || isWorkloadCluster(cluster)) return;
  if (groups.every(isBarred)) {
    yield {
      at: AT,
      message: 'has a NoSchedule or NoExecute taint on every group: the cluster could not run its own pods',
      fix: 'leave one group without such taints',
    };
  }
}

/** Groups of no nodes are groups: the control plane gets its usual taint beside them. */
function* someWorkers(cluster: ClusterDocument): Iterable<Problem> {
  const groups = groupsOf(cluster);
  const controlPlane = cluster.spec?.controlPlaneConfiguration;
  const isControlPlaneBarred = !controlPlane?.taints?.length || isBarred(controlPlane);
  if (groups.length === 0 || isWorkloadCluster(cluster) || !isControlPlaneBarred) return;
  if (groups.some((group) => initialCount(group) !== 0)) return;
  yield {
    at: AT,
    message: 'has groups of no nodes only, and beside groups the control plane is tainted: the cluster could not run its own pods',
    fix: 'give one group a node; on bare metal, a file without groups runs them on the control plane',
    severity: 'warning',
  };
}

function* versionWithoutGroups(cluster: ClusterDocument): Iterable<Problem> {
  const minor = kubernetesMinor(cluster.spec?.kubernetesVersion);
  if (groupsOf(cluster).length === 0 && minor !== undefined && minor <= 21) {
    yield { at: AT, message: 'is empty; clusters without workers need a Kubernetes version above 1.21' };
  }
}
