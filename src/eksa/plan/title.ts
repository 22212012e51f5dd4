/** What a step is called: its versions, its scaling, and how many other fields. */
import type { Change } from '../update/changes';
import { KUBERNETES_VERSION, EKSA_VERSION } from './axes';
import { GROUPS } from './cluster';
import type { Leg } from './judge';

export function titleOf({ diff }: Leg): string {
  const change = (path: string) => diff.changes.find((each) => each.path === path);
  const versions = [
    named('EKS Anywhere', change(EKSA_VERSION)),
    named('Kubernetes', change(KUBERNETES_VERSION)),
    ...diff.changes.filter(({ path }) => isGroupVersion(path)).map((each) => named(`Kubernetes of ${groupIn(each.path)}`, each)),
  ];
  const nodes = diff.groups.flatMap(({ name, action, nodesBefore, nodesAfter }) => {
    if (action === 'new') return [`add ${name}`];
    if (action === 'removed') return [`remove ${name}`];
    return nodesBefore === nodesAfter ? [] : [`${name} from ${nodesBefore} to ${nodesAfter} nodes`];
  });
  const parts = [...versions, ...nodes].filter((part) => part !== undefined);
  const others = diff.changes.filter(isOther).map(({ path }) => /\.(upgradeRolloutStrategy)\b/.exec(path)?.[1] ?? path.split('.').at(-1)!);
  const fields = [...new Set(others)];
  const rest = fields.length > 3 ? `${fields.length} other fields` : fields.join(', ');
  return [...parts, ...(rest === '' ? [] : [parts.length === 0 ? `change ${rest}` : rest])].join('; ');
}

function named(what: string, change: Change | undefined): string | undefined {
  if (!change) return undefined;
  return `${what} ${[change.old, change.new].map((version) => version === undefined ? '(not set)' : String(version)).join(' → ')}`;
}

function isGroupVersion(path: string): boolean {
  return /^Cluster\.spec\.workerNodeGroupConfigurations\[[^\]]*\]\.kubernetesVersion$/.test(path);
}

function groupIn(path: string): string {
  return /\[([^\]]*)\]/.exec(path)?.[1] ?? '';
}

/** What the versions and the counts of the title do not say already. */
function isOther({ path }: Change): boolean {
  const isSaid = path === GROUPS || path === EKSA_VERSION || path === KUBERNETES_VERSION || isGroupVersion(path) || path.endsWith('.count');
  // Whole groups and whole documents have no field behind them.
  return !isSaid && /^[^.]*\..*[^\]]$/.test(path);
}
