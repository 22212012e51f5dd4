/** Rules about the size of virtual machines: what the tools raise in silence, and what Kubernetes cannot start on. */
import { asWritten } from '../finding';
import type { Ref } from '../model/cluster';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import type { Context, Problem, Rule, VSphereMachine } from './rule';

/** kubeadm refuses to start a control plane on fewer. */
const FEWEST_CONTROL_PLANE_CPUS = 2;
/** The tools raise less to these. */
const LEAST_MEMORY_MIB = 2048;
const LEAST_ETCD_MEMORY_MIB = 8192;
/** The disk of the templates that the tools import and that their image builder makes. */
const USUAL_TEMPLATE_DISK_GIB = 25;
/** The tools raise smaller disks to this before they compare. */
const LEAST_DISK_GIB = 20;

export const VIRTUAL_MACHINE_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'machine-size', check: controlPlaneCpus },
  { id: 'machine-size', check: memory },
  { id: 'linked-clone-disk', check: oneDiskPerTemplate },
  { id: 'linked-clone-disk', check: usualDisk },
];

function machineOf(ref: Ref | undefined, { vsphereMachines }: Context): VSphereMachine | undefined {
  return ref?.kind === 'VSphereMachineConfig' ? vsphereMachines.find(({ metadata }) => metadata?.name === ref.name) : undefined;
}

function* controlPlaneCpus(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const machine = machineOf(cluster.spec?.controlPlaneConfiguration?.machineGroupRef, context);
  const cpus = machine?.spec?.numCPUs;
  // Nothing and less are replaced by 2.
  if (!machine || cpus === undefined || cpus <= 0 || cpus >= FEWEST_CONTROL_PLANE_CPUS) return;
  yield {
    document: documentPath(machine),
    at: 'spec.numCPUs',
    message: `is ${cpus}; a control plane needs ${FEWEST_CONTROL_PLANE_CPUS} CPUs, and kubeadm does not start it on fewer`,
    fix: `set numCPUs to ${FEWEST_CONTROL_PLANE_CPUS} or more`,
    severity: 'warning',
  };
}

function* memory(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const etcd = machineOf(cluster.spec?.externalEtcdConfiguration?.machineGroupRef, context);
  for (const machine of context.vsphereMachines) {
    const wanted = machine.spec?.memoryMiB;
    const least = machine === etcd ? LEAST_ETCD_MEMORY_MIB : LEAST_MEMORY_MIB;
    if (wanted === undefined || wanted <= 0 || wanted >= least) continue;
    yield {
      document: documentPath(machine),
      at: 'spec.memoryMiB',
      message: `is ${wanted}; the tools give ${machine === etcd ? 'etcd machines' : 'machines'} ${least} at least, and raise it in silence`,
      fix: `set memoryMiB to ${least} or more${machine === etcd ? '' : '; 8192 is recommended'}`,
      severity: 'warning',
    };
  }
}

function linkedClones({ vsphereMachines }: Context): VSphereMachine[] {
  return vsphereMachines.filter(({ spec }) => spec?.cloneMode === 'linkedClone' && spec.diskGiB !== undefined && spec.diskGiB > 0);
}

function diskOf({ spec }: VSphereMachine): number {
  return Math.max(LEAST_DISK_GIB, spec?.diskGiB ?? 0);
}

/** A linked clone has the disk of its template, so that two sizes cannot both be right. */
function* oneDiskPerTemplate(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const first = new Map<string, VSphereMachine>();
  for (const machine of linkedClones(context)) {
    const template = machine.spec?.template;
    if (!template) continue;
    const other = first.get(template);
    if (!other) first.set(template, machine);
    else if (diskOf(other) !== diskOf(machine)) {
      yield {
        document: documentPath(machine),
        at: 'spec.diskGiB',
        message: `is ${machine.spec?.diskGiB}, and ${other.spec?.diskGiB} in ${documentPath(other)}; linked clones have the disk of their `
          + `template, here ${asWritten(template)} for both`,
        fix: "set both to the template's size, or cloneMode to fullClone",
      };
    }
  }
}

/** The template is in vCenter: whether its disk has another size than usual is not known here. */
function* usualDisk(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const clones = linkedClones(context);
  const sizesOf = (template?: string) => new Set(clones.filter(({ spec }) => spec?.template === template).map(diskOf)).size;
  for (const machine of clones) {
    if (diskOf(machine) === USUAL_TEMPLATE_DISK_GIB || (machine.spec?.template && sizesOf(machine.spec.template) > 1)) continue;
    yield {
      document: documentPath(machine),
      at: 'spec.diskGiB',
      message: `is ${machine.spec?.diskGiB} with cloneMode linkedClone, which takes the disk of its template as it is: the tools refuse `
        + `any other size than the template's (${USUAL_TEMPLATE_DISK_GIB} GiB in those that they import)`,
      fix: "set diskGiB to the template's size, or cloneMode to fullClone",
      severity: 'warning',
    };
  }
}
