/** Rules about vSphere: datacenter, machine configurations, and what they and the Cluster must agree on. */
import { oneOf, asWritten } from '../finding';
import type { ClusterDocument, Document } from '../model/document';
import { documentPath } from '../model/document';
import type { FailureDomain, VSphereDatacenterSpec } from '../model/machines';
import { parseCidr, parseIp } from '../syntax/ip';
import { isBottlerocketMachine } from './machine';
import type { Context, Problem, Rule, VSphereMachine } from './rule';

const OS_FAMILIES = ['bottlerocket', 'ubuntu', 'redhat'];
const BOTTLEROCKET_USER = 'ec2-user';

type Datacenter = Document<VSphereDatacenterSpec>;

export const VSPHERE_DATACENTER_RULES: readonly Rule<Datacenter>[] = [
  { id: 'X12', early: true, check: required },
  { id: 'X13', early: true, check: network },
  { id: 'port-group', check: networkIsName },
  { id: 'X14', check: failureDomains },
  { id: 'V5', check: uniqueDomains },
];

export const VSPHERE_MACHINE_RULES: readonly Rule<VSphereMachine>[] = [
  { id: 'X15', check: places },
  { id: 'X15', check: osFamily },
  { id: 'X16', check: bottlerocketUser },
  { id: 'V7', check: template },
];

export const VSPHERE_CLUSTER_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'V3', check: sameFamilyWithExternalEtcd },
  { id: 'V4', check: oneDomainPerGroup },
  { id: 'V5', check: domainsDefined },
  { id: 'V6', check: noNetworksOnControlPlane },
];

const DATACENTER_FIELDS = {
  server: 'the name or address of the vCenter server',
  datacenter: 'the name of the vSphere datacenter',
  network: 'the network of the nodes',
} as const;

function* required({ spec }: Datacenter): Iterable<Problem> {
  for (const [field, meaning] of entriesOf(DATACENTER_FIELDS)) {
    if (!spec?.[field]) yield { at: `spec.${field}`, message: `is empty; expected ${meaning}` };
  }
}

function entriesOf<Key extends string>(table: Readonly<Record<Key, string>>): [Key, string][] {
  return Object.entries(table) as [Key, string][];
}

/** A relative network is completed by the tools; an absolute one elsewhere is silently put below the datacenter's. */
function* network({ spec }: Datacenter): Iterable<Problem> {
  const path = spec?.network;
  const parent = `/${spec?.datacenter}/network/`;
  if (path?.startsWith('/') && !(path.startsWith(parent) && path.length > parent.length)) {
    yield { at: 'spec.network', message: `is ${asWritten(path)}; expected a path below ${parent}, or the network's name alone` };
  }
}

/** People write the range of the network, which vCenter does not know: https://github.com/aws/eks-anywhere/issues/883. */
function* networkIsName({ spec }: Datacenter): Iterable<Problem> {
  const { network: path, datacenter } = spec ?? {};
  const name = path?.replace(`/${datacenter}/network/`, '');
  if (!name || !(parseCidr(name) ?? parseIp(name))) return;
  yield {
    at: 'spec.network',
    message: `is ${asWritten(path)}, an address; expected the name of the port group as vCenter shows it, such as VM Network`,
    severity: 'warning',
  };
}

const DOMAIN_FIELDS: Readonly<Record<keyof FailureDomain, string>> = {
  name: 'the name by which groups refer to the domain',
  computeCluster: 'the inventory path of the compute cluster',
  resourcePool: 'the inventory path of the resource pool',
  datastore: 'the inventory path of the datastore',
  folder: 'the inventory path of the folder',
  network: 'the inventory path of the network',
};

function* failureDomains({ spec }: Datacenter): Iterable<Problem> {
  for (const [index, domain] of (spec?.failureDomains ?? []).entries()) {
    const at = `spec.failureDomains[${index}]`;
    for (const [field, meaning] of entriesOf(DOMAIN_FIELDS)) {
      if (!domain[field]) yield { at: `${at}.${field}`, message: `is empty; expected ${meaning}` };
    }
    const parent = `/${spec?.datacenter}/network/`;
    if (domain.network && !domain.network.startsWith(parent)) {
      yield {
        at: `${at}.network`,
        message: `is ${asWritten(domain.network)}; expected a path below ${parent} (here the name alone is not completed)`,
      };
    }
  }
}

function* uniqueDomains({ spec }: Datacenter): Iterable<Problem> {
  const names = (spec?.failureDomains ?? []).map((domain) => domain.name);
  for (const [index, name] of names.entries()) {
    if (name && names.indexOf(name) < index) {
      yield { at: `spec.failureDomains[${index}].name`, message: `is ${asWritten(name)}, the name of another failure domain as well` };
    }
  }
}

function* places({ spec }: VSphereMachine): Iterable<Problem> {
  const named = entriesOf({ datastore: 'the datastore for the disks', resourcePool: 'the resource pool for the machines' });
  for (const [field, meaning] of named) {
    if (!spec?.[field]) yield { at: `spec.${field}`, message: `is empty; expected ${meaning}, by name or inventory path` };
  }
}

function* osFamily({ spec }: VSphereMachine): Iterable<Problem> {
  const family = spec?.osFamily;
  if (family && !OS_FAMILIES.includes(family)) {
    yield { at: 'spec.osFamily', message: `is ${asWritten(family)}; expected ${oneOf(OS_FAMILIES)}` };
  }
}

function* bottlerocketUser(machine: VSphereMachine): Iterable<Problem> {
  const name = machine.spec?.users?.[0]?.name;
  if (!isBottlerocketMachine(machine) || name === undefined || name === BOTTLEROCKET_USER) return;
  yield { at: 'spec.users[0].name', message: `is ${asWritten(name)}; Bottlerocket knows only '${BOTTLEROCKET_USER}'` };
  if (!machine.spec?.osFamily) {
    yield {
      at: 'spec.osFamily',
      message: `is empty, which means bottlerocket, whose user cannot be ${asWritten(name)}`,
      fix: `set osFamily to ${oneOf(OS_FAMILIES)}`,
    };
  }
}

function* template(machine: VSphereMachine): Iterable<Problem> {
  if (!machine.spec?.template && !isBottlerocketMachine(machine)) {
    yield {
      at: 'spec.template',
      message: 'is missing; only Bottlerocket images are imported by the tools',
      fix: 'name the template that the machines are cloned from',
    };
  }
}

function* sameFamilyWithExternalEtcd(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (!cluster.spec?.externalEtcdConfiguration) return;
  const [first, ...others] = context.vsphereMachines;
  for (const machine of others) {
    if ((machine.spec?.osFamily || 'bottlerocket') === (first.spec?.osFamily || 'bottlerocket')) continue;
    yield {
      document: documentPath(machine),
      at: 'spec.osFamily',
      message: `is ${asWritten(machine.spec?.osFamily)}; with external etcd all machine configurations need the same, `
        + `${asWritten(first.spec?.osFamily)}`,
    };
  }
}

function* oneDomainPerGroup(cluster: ClusterDocument): Iterable<Problem> {
  for (const [index, group] of (cluster.spec?.workerNodeGroupConfigurations ?? []).entries()) {
    const { failureDomains: domains = [] } = group;
    if (domains.length > 1) {
      yield {
        at: `spec.workerNodeGroupConfigurations[${index}].failureDomains`,
        message: `has ${domains.length} entries; one per group is supported`,
        fix: 'make a group for each failure domain',
      };
    }
  }
}

function* domainsDefined(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const datacenter = context.vsphereDatacenter;
  const known = (datacenter?.spec?.failureDomains ?? []).map((domain) => domain.name);
  const groups = cluster.spec?.workerNodeGroupConfigurations ?? [];
  if (datacenter && known.length === 0 && groups.some((group) => group.failureDomains?.length)) {
    yield {
      document: documentPath(datacenter),
      at: 'spec.failureDomains',
      message: 'is missing although worker groups name failure domains',
      fix: 'define them here, or remove failureDomains from the groups',
    };
  }
  for (const [index, group] of (cluster.spec?.workerNodeGroupConfigurations ?? []).entries()) {
    for (const [position, domain] of (group.failureDomains ?? []).entries()) {
      if (known.includes(domain)) continue;
      yield {
        at: `spec.workerNodeGroupConfigurations[${index}].failureDomains[${position}]`,
        message: `is ${asWritten(domain)}; the datacenter defines ${known.map(asWritten).join(', ') || 'none'}`,
      };
    }
  }
}

function* noNetworksOnControlPlane(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const roles = [
    { role: 'control plane', ref: cluster.spec?.controlPlaneConfiguration?.machineGroupRef },
    { role: 'etcd', ref: cluster.spec?.externalEtcdConfiguration?.machineGroupRef },
  ];
  for (const { role, ref } of roles) {
    const machine = context.vsphereMachines.find((candidate) => candidate.metadata?.name === ref?.name);
    if (machine?.spec?.networks?.length) {
      yield {
        document: documentPath(machine),
        at: 'spec.networks',
        message: `is set; ${role} machines use the datacenter's network`,
        fix: 'remove networks',
      };
    }
  }
}
