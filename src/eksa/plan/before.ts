/** What has to be there before a step, as its changes ask for it. */
import { counted } from '../finding';
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

interface Situation {
  readonly addMachines: readonly MachinesToAdd[];
  /** What the person calls hardware.csv. */
  readonly hardwareName: string;
  /** Whether nothing was looked at before: later steps begin where the checks after the one before ended. */
  readonly isFirst: boolean;
}

export function actionsBefore(leg: Leg, files: StepFiles, { addMachines, hardwareName, isFirst }: Situation): Action[] {
  return [
    ...addMachines.map((machines) => toAdd(machines, hardwareName)),
    ...(isFirst ? [...connection(leg), ...health(leg)] : []),
    fileCheck(files),
    ...fill(files),
    ...release(leg),
    ...spares(leg),
    ...images(leg),
    ...certificate(leg),
    ...(isUpgrade(leg) && leg.path === 'cli' ? [componentPlan(leg, files)] : []),
    ...(isReplacing(leg) ? backups(leg) : []),
  ];
}

function toAdd({ selector, count, groups }: MachinesToAdd, file: string): Action {
  const machines = `${counted(count, 'machine')} labelled ${selector}`;
  return { what: `add ${machines} to ${file}, for ${groups.join(' and ')}, and plan again` };
}

export function health(leg: Leg): Action[] {
  const { own, name } = placeOf(leg);
  return [
    { what: 'every node is Ready', command: `kubectl get nodes${own}` },
    { what: 'every machine is Running', command: 'kubectl get machines.cluster.x-k8s.io -n eksa-system' },
    { what: 'the cluster is Ready', command: `kubectl get clusters.anywhere.eks.amazonaws.com ${name} -o yaml` },
  ];
}

function connection(leg: Leg): Action[] {
  const { name, manager, isManaged, kubeconfig, ownKubeconfig } = placeOf(leg);
  return [
    {
      what: `kubectl talks to ${manager} (here is the folder ${manager}/ that its installation made)`,
      command: `export KUBECONFIG=$PWD/${kubeconfig}`,
    },
    ...(isManaged
      ? [{
        what: `the kubeconfig of ${name} is there, also where kubectl or Git made the cluster`,
        command: [
          `mkdir -p ${name} && kubectl get secret ${name}-kubeconfig -n eksa-system -o jsonpath='{.data.value}'`,
          `  | base64 --decode > ${ownKubeconfig}`,
        ].join(' \\\n'),
      }]
      : []),
  ];
}

/** For a shell: names of templates may have spaces. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function fileCheck({ folder, files }: StepFiles): Action {
  const paths = files.map((file) => `${folder}/${file}`).join(' ');
  return { what: 'the files by themselves', command: `hybridge eksa check ${paths} --existing` };
}

function fill({ folder, filled }: StepFiles): Action[] {
  if (filled === folder) return [];
  return [{
    what: 'the secrets are in the place of their placeholders',
    command: `hybridge eksa render --assembly-folder ${folder} --out ${filled}`,
  }];
}

function componentPlan(leg: Leg, { filled, files: [cluster] }: StepFiles): Action {
  return {
    what: 'which components become newer',
    command: `eksctl anywhere upgrade plan cluster -f ${filled}/${cluster}${placeOf(leg).management}`,
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
  const found = diff.changes.flatMap(({ path, new: image }): Action[] => {
    if (typeof image !== 'string' || missing.has(path)) return [];
    if (path.endsWith('.spec.osImageURL')) return [{ what: 'machines can load the image', command: `curl --head --fail ${quoted(image)}` }];
    return path.endsWith('.spec.template')
      ? [{ what: 'the template is in vCenter, tagged with its version and system', command: `govc tags.attached.ls -r ${quoted(image)}` }]
      : [];
  });
  return [...new Map(found.map((action) => [action.command, action])).values()];
}

function certificate({ diff, to }: Leg): Action[] {
  const renewed = diff.changes.find(({ path }) => /^VSphereDatacenterConfig\/.*\.spec\.thumbprint$/.test(path));
  if (typeof renewed?.new !== 'string') return [];
  const datacenter = to.documents.find(({ kind }) => kind === 'VSphereDatacenterConfig');
  const { server } = datacenter?.spec as { server?: string };
  return [{ what: `vCenter shows the certificate with ${renewed.new}`, command: `govc about.cert -k -thumbprint -u ${server}` }];
}
