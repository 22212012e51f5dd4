/** Fields of the bare-metal documents. */
import type { TinkerbellDatacenterSpec, TinkerbellMachineSpec } from '../../model/machines';
import { hostOsRows } from './host-os';
import type { Inputs } from './inputs';
import { osImageOf } from './inputs';
import type { Row } from './row';
import { BOTH, inControlPlane, inKubeadm, inMachines } from './row';

const DATACENTER = 'TinkerbellDatacenterConfig';
const MACHINE = 'TinkerbellMachineConfig';
const TEMPLATE = 'TinkerbellMachineTemplate';

const FROM_ISO = { text: 'with `isoBoot`', test: (inputs: Inputs) => datacenterOf(inputs).isoBoot === true };

/** The image goes into the actions that EKS Anywhere generates; a template of one's own names its image itself. */
const GENERATED = { text: 'without `templateRef`', test: ({ template }: Inputs) => template === undefined };

/** Where the tools deploy Tinkerbell itself. */
const STACK = 'Helm values of Tinkerbell';

export const BARE_METAL_ROWS: readonly Row[] = [
  {
    kind: DATACENTER,
    field: 'spec.osImageURL',
    lands: inMachines(TEMPLATE, { value: osImageOf, only: GENERATED }),
    note: 'Moving the same address to the machine configurations replaces nothing.',
  },
  { kind: DATACENTER, field: 'spec.isoBoot', lands: inMachines(TEMPLATE) },
  { kind: DATACENTER, field: 'spec.hookIsoURL', lands: inMachines(TEMPLATE, { only: FROM_ISO }) },
  {
    kind: DATACENTER,
    field: 'spec.tinkerbellIP',
    lands: [...inMachines(TEMPLATE, { only: GENERATED }), ...inKubeadm({
      only: { text: 'with a proxy', test: ({ state }) => state.cluster.spec?.proxyConfiguration !== undefined },
    })],
    refused: [{ by: BOTH, rule: 'W13' }],
  },
  {
    kind: DATACENTER,
    field: 'spec.hookImagesURLPath',
    elsewhere: STACK,
    refused: [
      { by: ['cli'], rule: 'W13', unless: '`kubernetesVersion` changes, too' },
      { by: ['api'], rule: 'W13', unless: 'the CLI manages the datacenter' },
    ],
    note: 'Machines that are installed later load the other image.',
  },
  {
    kind: DATACENTER,
    field: 'spec.skipLoadBalancerDeployment',
    lands: inControlPlane({
      only: {
        text: 'without worker groups',
        test: ({ state }) => (state.cluster.spec?.workerNodeGroupConfigurations ?? []).length === 0,
      },
    }),
    elsewhere: STACK,
    refused: [{ by: ['api'], rule: 'W13', unless: 'the CLI manages the datacenter' }],
  },
  { kind: DATACENTER, field: 'spec.loadBalancerInterface', elsewhere: STACK },
  {
    kind: MACHINE,
    field: 'spec.hardwareSelector',
    lands: inMachines(TEMPLATE, { value: affinityOf }),
    note: 'The nodes move to other machines: where no machine in use matches, as many are wanted as the group has nodes.',
  },
  {
    kind: MACHINE,
    field: 'spec.hardwareAffinity',
    lands: inMachines(TEMPLATE, { value: affinityOf, keepsRemoved: true }),
    note: 'A selector that is written as an affinity with one term is the same. The comparison of machine templates looks only at what the '
      + 'new one contains: terms that are gone from the end replace none.',
  },
  { kind: MACHINE, field: 'spec.osImageURL', lands: inMachines(TEMPLATE, { value: osImageOf, only: GENERATED }) },
  {
    kind: MACHINE,
    field: 'spec.templateRef',
    lands: inMachines(TEMPLATE, { value: ({ template }) => template?.spec }),
    note: 'What counts is the content of the template that it names.',
  },
  { kind: MACHINE, field: 'spec.osFamily', lands: inMachines(TEMPLATE), refused: [{ by: BOTH, rule: 'W15' }] },
  ...hostOsRows(MACHINE, 'W15'),
  {
    kind: 'TinkerbellTemplateConfig',
    field: 'spec.template',
    reason: 'templateRef',
    lands: inMachines(TEMPLATE),
    note: 'Only the machines whose configuration names the template.',
  },
];

/** The template has an affinity in any case. */
function affinityOf({ machine }: Inputs): TinkerbellMachineSpec['hardwareAffinity'] {
  const { hardwareAffinity, hardwareSelector } = (machine?.spec ?? {}) as TinkerbellMachineSpec;
  return hardwareAffinity ?? { required: [{ labelSelector: { matchLabels: hardwareSelector } }] };
}

function datacenterOf({ datacenter }: Inputs): TinkerbellDatacenterSpec {
  return datacenter?.spec ?? {};
}
