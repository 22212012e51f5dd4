/** What has to be there before a step, as its changes ask for it. */
import type { Action, StepFiles } from './action';
import { hasChange, isReplacing, isUpgrade, placeOf } from './action';
import { EKSA_VERSION } from './axes';
import { backups } from './backups';
import { clusterOf } from './cluster';
import type { Leg } from './judge';

export interface MachinesToAdd {
  readonly selector: string;
  readonly count: number;
  readonly groups: readonly string[];
}

/** @param isFirst whether nothing was looked at before: later steps begin where the checks after the one before ended */
export function actionsBefore(leg: Leg, files: StepFiles, addMachines: readonly MachinesToAdd[], isFirst: boolean): Action[] {
  return [
    ...addMachines.map(toAdd),
    ...(isFirst ? [connection(leg), ...health(leg)] : []),
    fileCheck(files),
    ...release(leg),
    ...spares(leg),
    ...images(leg),
    ...certificate(leg),
    ...(isUpgrade(leg) && leg.path === 'cli' ? [componentPlan(leg, files)] : []),
    ...(isReplacing(leg) ? backups(leg) : []),
  ];
}

function toAdd({ selector, count, groups }: MachinesToAdd): Action {
  return { what: `add ${count} machine${count === 1 ? '' : 's'} labelled ${selector} to hardware.csv, for ${groups.join(' and ')}` };
}

export function health(leg: Leg): Action[] {
  const { own, name } = placeOf(leg);
  return [
    { what: 'every node is Ready', command: `kubectl get nodes${own}` },
    { what: 'every machine is Running', command: 'kubectl get machines.cluster.x-k8s.io -n eksa-system' },
    { what: 'the cluster is Ready', command: `kubectl get clusters.anywhere.eks.amazonaws.com ${name} -o yaml` },
  ];
}

function connection(leg: Leg): Action {
  const { manager, kubeconfig } = placeOf(leg);
  return {
    what: `kubectl talks to ${manager} (here is the folder ${manager}/ that its installation made)`,
    command: `export KUBECONFIG=$PWD/${kubeconfig}`,
  };
}

function fileCheck({ folder, files }: StepFiles): Action {
  const paths = files.map((file) => `${folder}/${file}`).join(' ');
  return { what: 'the files by themselves', command: `hybridge eksa check ${paths} --existing` };
}

function componentPlan(leg: Leg, { folder, files: [cluster] }: StepFiles): Action {
  return {
    what: 'which components become newer',
    command: `eksctl anywhere upgrade plan cluster -f ${folder}/${cluster}${placeOf(leg).management}`,
  };
}

/** A workload cluster is never newer than the cluster that manages it, and at most one minor version older. */
function release(leg: Leg): Action[] {
  if (!hasChange(leg, EKSA_VERSION)) return [];
  const { manager, isManaged } = placeOf(leg);
  const version = clusterOf(leg.to.documents).spec?.eksaVersion ?? 'the one that the file asks for';
  return [
    ...(isManaged
      ? [{
        what: `the management cluster ${manager} is at ${version} already, or one minor version further: it is upgraded first`,
        command: `kubectl get clusters.anywhere.eks.amazonaws.com ${manager} -o jsonpath='{.spec.eksaVersion}'`,
      }]
      : []),
    ...(leg.path === 'cli' ? [{ what: `this machine has the CLI of ${version}`, command: 'eksctl anywhere version' }] : []),
  ];
}

function spares(leg: Leg): Action[] {
  const wanted = leg.diff.machines.filter((need) => need.wanted > 0);
  if (wanted.length === 0) return [];
  const counts = wanted.map(({ wanted: count, selector }) => `${count} labelled ${selector}`).join(', ');
  return [{ what: `spare machines (no label ownerName): ${counts}`, command: FREE_MACHINES }];
}

export const FREE_MACHINES = 'kubectl get hardware.tinkerbell.org -n eksa-system --show-labels';

/** A missing image is found only when the first machine starts. */
function images({ diff, to }: Leg): Action[] {
  const missing = new Set(to.neededImages.map(({ path }) => path));
  return diff.changes.flatMap(({ path, new: image }): Action[] => {
    if (typeof image !== 'string' || missing.has(path)) return [];
    if (path.endsWith('.spec.osImageURL')) return [{ what: 'machines can load the image', command: `curl --head --fail ${image}` }];
    return path.endsWith('.spec.template')
      ? [{ what: 'the template is in vCenter, tagged with its version and system', command: `govc tags.attached.ls -r ${image}` }]
      : [];
  });
}

function certificate({ diff, to }: Leg): Action[] {
  const renewed = diff.changes.find(({ path }) => /^VSphereDatacenterConfig\/.*\.spec\.thumbprint$/.test(path));
  if (typeof renewed?.new !== 'string') return [];
  const datacenter = to.documents.find(({ kind }) => kind === 'VSphereDatacenterConfig');
  const { server } = datacenter?.spec as { server?: string };
  return [{ what: `vCenter shows the certificate with ${renewed.new}`, command: `govc about.cert -k -thumbprint -u ${server}` }];
}
