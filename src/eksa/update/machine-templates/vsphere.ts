/** Fields of the vSphere documents. */
import type { VSphereDatacenterSpec, VSphereMachineSpec } from '../../model/machines';
import { hostOsRows } from './host-os';
import type { Inputs } from './inputs';
import type { Row } from './row';
import { BOTH, WORKERS, inEtcd, inKubeadm, inMachines } from './row';

const DATACENTER = 'VSphereDatacenterConfig';
const MACHINE = 'VSphereMachineConfig';
const TEMPLATE = 'VSphereMachineTemplate';

const WITH_PROXY = { text: 'with a proxy', test: ({ state }: Inputs) => state.cluster.spec?.proxyConfiguration !== undefined };

const ALSO = 'VSphereCluster, and the Secrets and ConfigMaps of the cloud provider';

export const VSPHERE_ROWS: readonly Row[] = [
  {
    kind: DATACENTER,
    field: 'spec.thumbprint',
    lands: inMachines(TEMPLATE, { value: thumbprintOf }),
    elsewhere: ALSO,
    note: 'Not looked at with `insecure: true`.',
  },
  {
    kind: DATACENTER,
    field: 'spec.insecure',
    lands: inMachines(TEMPLATE, { value: thumbprintOf, only: { text: 'where a `thumbprint` is given', test: hasThumbprint } }),
    elsewhere: ALSO,
    note: '`insecure: true` clears the thumbprint, which the machine templates contain; they do not contain the switch itself.',
  },
  {
    kind: DATACENTER,
    field: 'spec.server',
    lands: [...inMachines(TEMPLATE), ...inKubeadm({ only: WITH_PROXY }), ...inEtcd({ only: WITH_PROXY })],
    elsewhere: ALSO,
    refused: [{ by: BOTH, rule: 'W17' }],
  },
  { kind: DATACENTER, field: 'spec.datacenter', lands: inMachines(TEMPLATE), elsewhere: ALSO, refused: [{ by: BOTH, rule: 'W17' }] },
  {
    kind: DATACENTER,
    field: 'spec.network',
    lands: inMachines(TEMPLATE, {
      only: {
        text: 'where workers have no `networks` of their own',
        test: (inputs) => inputs.role !== 'workers' || (machineOf(inputs).networks ?? []).length === 0,
      },
    }),
    refused: [{ by: BOTH, rule: 'W17' }],
  },
  {
    kind: DATACENTER,
    field: 'spec.failureDomains',
    elsewhere: 'VSphereFailureDomain, VSphereDeploymentZone',
    note: 'Virtual machines stay where they are; those that are made later follow.',
  },
  ...['datastore', 'folder'].map((name): Row => ({
    kind: MACHINE,
    field: `spec.${name}`,
    lands: inMachines(TEMPLATE, { value: (inputs) => inventoryPath(inputs, name as 'datastore' | 'folder') }),
    note: 'A name without its path is completed with the one of the datacenter.',
  })),
  {
    kind: MACHINE,
    field: 'spec.resourcePool',
    lands: inMachines(TEMPLATE, { same: isSamePool }),
    note: 'The end of a path stands for the pool that it leads to, also as `*/Resources`.',
  },
  {
    kind: MACHINE,
    field: 'spec.template',
    lands: inMachines(TEMPLATE, { same: isChosenTemplate }),
    note: 'The CLI completes a name without its path; by the API it is another template. The one that the CLI imports for Bottlerocket, '
      + 'where none is named, may be written out.',
  },
  {
    kind: MACHINE,
    field: 'spec.cloneMode',
    lands: inMachines(TEMPLATE, { keepsRemoved: true }),
    note: 'Removing it replaces nothing: the CLI writes out the mode that it chooses.',
  },
  ...['memoryMiB', 'numCPUs', 'diskGiB'].map((name): Row => ({
    kind: MACHINE,
    field: `spec.${name}`,
    lands: inMachines(TEMPLATE),
    note: 'Sizes that are raised to the same least size are the same.',
  })),
  {
    kind: MACHINE,
    field: 'spec.networks',
    lands: inMachines(TEMPLATE, { roles: WORKERS, value: networksOf }),
    note: 'Without it, there is one network: that of the datacenter.',
  },
  { kind: MACHINE, field: 'spec.tags', lands: inMachines(TEMPLATE) },
  { kind: MACHINE, field: 'spec.storagePolicyName', lands: inMachines(TEMPLATE), refused: [{ by: BOTH, rule: 'W16' }] },
  { kind: MACHINE, field: 'spec.osFamily', lands: [...inKubeadm(), ...inEtcd()], refused: [{ by: BOTH, rule: 'W16' }] },
  ...hostOsRows(MACHINE, undefined),
];

function datacenterOf({ datacenter }: Inputs): VSphereDatacenterSpec {
  return datacenter?.spec ?? {};
}

function machineOf({ machine }: Inputs): VSphereMachineSpec {
  return machine?.spec ?? {};
}

function thumbprintOf(inputs: Inputs): string {
  const { insecure, thumbprint } = datacenterOf(inputs);
  return insecure ? '' : thumbprint ?? '';
}

function hasThumbprint(inputs: Inputs): boolean {
  return (datacenterOf(inputs).thumbprint ?? '') !== '';
}

function networksOf(inputs: Inputs): readonly (string | undefined)[] {
  const { networks = [] } = machineOf(inputs);
  return networks.length > 0 ? networks : [datacenterOf(inputs).network];
}

/** As the tools complete it. */
function inventoryPath(inputs: Inputs, kind: 'datastore' | 'folder'): string | undefined {
  const path = machineOf(inputs)[kind];
  const root = `/${datacenterOf(inputs).datacenter ?? ''}`;
  return !path || path.startsWith(root) ? path : `${root}/${kind === 'folder' ? 'vm' : kind}/${path}`;
}

/** Where none is named, the CLI imports this one, and writes it out. */
function isChosenTemplate(one: unknown, other: unknown): boolean {
  const named = one || other;
  return !(one && other) && /^\/[^/]+\/vm\/Templates\/bottlerocket-v[\d.]+-kubernetes-\d+-\d+-eks-\d+-.+-[\da-f]{7}$/.test(String(named));
}

/** The tools look for a pool of that name whose path ends so, and refuse where there are several. */
function isSamePool(one: unknown, other: unknown): boolean {
  if (typeof one !== 'string' || typeof other !== 'string') return false;
  const [short, long] = [one, other].map((path) => path.replace(/^\*\//, '')).sort((a, b) => a.length - b.length);
  return short !== '' && (long === short || long.endsWith(`/${short}`));
}
