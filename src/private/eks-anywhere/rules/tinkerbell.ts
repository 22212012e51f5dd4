/** Rules about bare metal: datacenter, machine configurations, and what they and the Cluster must agree on. */
import { oneOf, shown } from '../finding';
import { HARDWARE_FILE } from '../hardware/machine';
import type { ClusterDocument, Document } from '../model/document';
import { documentPath } from '../model/document';
import type { AffinityTerm, TinkerbellDatacenterSpec } from '../model/machines';
import { parseIp, sameIp } from '../syntax/ip';
import { parseRequestUri } from '../syntax/url';
import { kubernetesMinor } from '../syntax/version';
import { textAfterRoundTrip } from '../yaml/scalar';
import { isBottlerocketMachine } from './machine';
import type { Context, Problem, Rule, TinkerbellMachine } from './rule';
import { groupsOf } from './worker-groups';

const OS_FAMILIES = ['ubuntu', 'redhat', 'bottlerocket'];
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
/** The last Kubernetes minor that bare metal installs on Bottlerocket. */
const LAST_BOTTLEROCKET_MINOR = 28;

type Datacenter = Document<TinkerbellDatacenterSpec>;

export const TINKERBELL_DATACENTER_RULES: readonly Rule<Datacenter>[] = [
  { id: 'T3', check: (datacenter) => urlProblems(datacenter.spec?.osImageURL, 'spec.osImageURL') },
  { id: 'T3', check: (datacenter) => urlProblems(datacenter.spec?.hookImagesURLPath, 'spec.hookImagesURLPath') },
  { id: 'T4', check: tinkerbellIp },
  { id: 'T5', check: isoUrl },
  { id: 'T26', check: endpointDiffers },
  { id: 'T27', check: hookWithProxy },
];

export const TINKERBELL_MACHINE_RULES: readonly Rule<TinkerbellMachine>[] = [
  { id: 'T7', check: selectorOrAffinity },
  { id: 'T8', check: onePair },
  { id: 'T9', check: affinityTerms },
  { id: 'T11', check: expressions },
  { id: 'T13', check: osFamily },
  { id: 'T14', check: (machine) => urlProblems(machine.spec?.osImageURL, 'spec.osImageURL') },
  { id: 'S8', check: selectorSurvivesYaml },
];

export const TINKERBELL_CLUSTER_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'T18', check: sameFamily },
  { id: 'T19', check: bottlerocketVersion },
  { id: 'T20', check: imagePresent },
  { id: 'T21', check: imageOnOneLevel },
  { id: 'T23', check: imageNamesVersion },
  { id: 'T28', check: noInPlaceOnBottlerocket },
  { id: 'T29', check: sameStrategy },
  { id: 'T30', check: noAutoscalingInPlace },
];

function* urlProblems(text: string | undefined, at: string): Iterable<Problem> {
  if (text && !parseRequestUri(text)) yield { at, message: `is ${shown(text)}; expected a URL such as http://10.0.0.2/ubuntu-1-35.gz` };
}

function* tinkerbellIp(datacenter: Datacenter): Iterable<Problem> {
  const text = datacenter.spec?.tinkerbellIP ?? '';
  if (!parseIp(text)) yield { at: 'spec.tinkerbellIP', message: `is ${shown(text)}; expected a free IP address of the node network for the provisioning services` };
}

function* isoUrl(datacenter: Datacenter): Iterable<Problem> {
  const text = datacenter.spec?.hookIsoURL;
  if (!text) return;
  const at = 'spec.hookIsoURL';
  const url = parseRequestUri(text);
  if (!url) yield { at, message: `is ${shown(text)}; expected a URL that ends with .iso` };
  else if (!/\.iso$/.test(text)) yield { rule: 'T25', at, message: `is ${shown(text)}; expected a URL that ends with .iso` };
  if (!datacenter.spec?.isoBoot) yield { at, message: 'is set although isoBoot is not', fix: 'set isoBoot: true or remove hookIsoURL' };
}

function* endpointDiffers(datacenter: Datacenter, { cluster }: Context): Iterable<Problem> {
  const host = cluster.spec?.controlPlaneConfiguration?.endpoint?.host ?? '';
  if (host && sameIp(host, datacenter.spec?.tinkerbellIP ?? '')) {
    yield { at: 'spec.tinkerbellIP', message: `is ${host}, the control plane's endpoint as well`, fix: 'use two different free addresses' };
  }
}

function* hookWithProxy(datacenter: Datacenter, { cluster }: Context): Iterable<Problem> {
  if (cluster.spec?.proxyConfiguration && !datacenter.spec?.hookImagesURLPath) {
    yield { at: 'spec.hookImagesURLPath', message: 'is missing; behind a proxy the machines need locally hosted hook images' };
  }
}

function* selectorOrAffinity({ spec }: TinkerbellMachine): Iterable<Problem> {
  const hasSelector = Object.keys(spec?.hardwareSelector ?? {}).length > 0;
  if (hasSelector && spec?.hardwareAffinity) yield { at: 'spec.hardwareAffinity', message: 'and hardwareSelector are both set', fix: 'keep one' };
  if (!hasSelector && !spec?.hardwareAffinity) yield { at: 'spec.hardwareSelector', message: 'is empty; expected the label of the machines to use, such as type: cp' };
}

function* onePair({ spec }: TinkerbellMachine): Iterable<Problem> {
  const pairs = Object.keys(spec?.hardwareSelector ?? {}).length;
  if (pairs > 1) yield { at: 'spec.hardwareSelector', message: `has ${pairs} labels; exactly one is supported`, fix: 'label the machines with one combined label' };
}

function* affinityTerms({ spec }: TinkerbellMachine): Iterable<Problem> {
  const affinity = spec?.hardwareAffinity;
  if (affinity && !affinity.required?.length) yield { at: 'spec.hardwareAffinity.required', message: 'is empty; expected at least one term' };
}

function* expressions({ spec }: TinkerbellMachine): Iterable<Problem> {
  const affinity = spec?.hardwareAffinity;
  const terms: readonly { at: string; term?: AffinityTerm }[] = [
    ...(affinity?.required ?? []).map((term, index) => ({ at: `spec.hardwareAffinity.required[${index}]`, term })),
    ...(affinity?.preferred ?? []).map(({ hardwareAffinityTerm }, index) => ({ at: `spec.hardwareAffinity.preferred[${index}].hardwareAffinityTerm`, term: hardwareAffinityTerm })),
  ];
  for (const { at, term } of terms) {
    for (const [index, { operator = '', values = [] }] of (term?.labelSelector?.matchExpressions ?? []).entries()) {
      const path = `${at}.labelSelector.matchExpressions[${index}]`;
      const takesValues = operator === 'In' || operator === 'NotIn';
      if (!OPERATORS.includes(operator)) yield { at: `${path}.operator`, message: `is ${shown(operator)}; expected ${oneOf(OPERATORS)}` };
      else if (takesValues && values.length === 0) yield { rule: 'T12', at: `${path}.values`, message: `is empty; ${operator} needs at least one` };
      else if (!takesValues && values.length > 0) yield { rule: 'T12', at: `${path}.values`, message: `is set; ${operator} takes none` };
    }
  }
}

function isKnownFamily({ spec }: TinkerbellMachine): boolean {
  return OS_FAMILIES.includes(spec?.osFamily ?? '');
}

function* osFamily(machine: TinkerbellMachine): Iterable<Problem> {
  const family = machine.spec?.osFamily ?? '';
  if (!isKnownFamily(machine)) yield { at: 'spec.osFamily', message: `is ${shown(family)}; expected ${oneOf(OS_FAMILIES)}` };
}

/** The selector is rendered without quotes into the Cluster API templates and read back as YAML. */
function* selectorSurvivesYaml({ spec }: TinkerbellMachine, { hardware }: Context): Iterable<Problem> {
  for (const [key, value] of Object.entries(spec?.hardwareSelector ?? {})) {
    const read = textAfterRoundTrip(value);
    if (read === value) continue;
    const fix = 'use a value that is no YAML number, date or word such as yes, on, null';
    yield { at: `spec.hardwareSelector.${key}`, message: `is ${shown(value)}, which the tools read back as ${shown(read)}: no machine would ever match`, fix };
    for (const machine of hardware?.machines.filter((candidate) => candidate.labels[key] === value) ?? []) {
      yield { document: `${HARDWARE_FILE}/${machine.cells.hostname}`, at: 'labels', message: `has ${key}=${value}, which the tools look for as ${key}=${read}`, fix };
    }
  }
}

/** The machine configurations of each role, as far as they are in the file. */
function machines(cluster: ClusterDocument, context: Context) {
  const find = (name: string | undefined) => context.tinkerbellMachines.find((machine) => machine.metadata?.name === name);
  return {
    controlPlane: find(cluster.spec?.controlPlaneConfiguration?.machineGroupRef?.name),
    workers: groupsOf(cluster).map((group) => ({ group, machine: find(group.machineGroupRef?.name) })),
  };
}

function* sameFamily(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { controlPlane, workers } = machines(cluster, context);
  const expected = controlPlane?.spec?.osFamily;
  if (!controlPlane || !isKnownFamily(controlPlane)) return;
  const others = [...new Set(workers.map((worker) => worker.machine))].flatMap((machine) => {
    return machine && isKnownFamily(machine) && machine.spec?.osFamily !== expected ? [machine] : [];
  });
  for (const machine of others) {
    yield { document: documentPath(machine), at: 'spec.osFamily', message: `is ${shown(machine.spec?.osFamily)}; expected the control plane's ${shown(expected)}` };
  }
  if (others.length > 0) yield {
    document: documentPath(controlPlane),
    at: 'spec.osFamily',
    message: `is ${shown(expected)}; expected the same as on ${others.map(documentPath).join(', ')}`,
  };
}

function* bottlerocketVersion(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { controlPlane, workers } = machines(cluster, context);
  const used = [
    { machine: controlPlane, version: cluster.spec?.kubernetesVersion },
    ...workers.map(({ group, machine }) => ({ machine, version: group.kubernetesVersion ?? cluster.spec?.kubernetesVersion })),
  ];
  const refused = used.filter(({ machine, version }) => machine && isBottlerocketMachine(machine) && (kubernetesMinor(version ?? '') ?? 0) > LAST_BOTTLEROCKET_MINOR);
  for (const machine of new Set(refused.map((use) => use.machine!))) {
    yield {
      document: documentPath(machine),
      at: 'spec.osFamily',
      message: `is 'bottlerocket', which bare metal supports up to Kubernetes 1.${LAST_BOTTLEROCKET_MINOR}`,
      fix: 'use ubuntu or redhat',
    };
  }
}

function* imagePresent(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const datacenter = context.tinkerbellDatacenter;
  if (!datacenter || datacenter.spec?.osImageURL) return;
  const without = context.tinkerbellMachines.filter((machine) => !machine.spec?.osImageURL && machine.spec?.osFamily && !isBottlerocketMachine(machine));
  if (without.length > 0 && !context.tinkerbellMachines.some((machine) => machine.spec?.osImageURL)) {
    yield {
      document: documentPath(datacenter),
      at: 'spec.osImageURL',
      message: 'is missing: the tools bring an image for Bottlerocket only',
      fix: 'set osImageURL to the image that the machines get',
    };
    return;
  }
  for (const machine of without) {
    yield {
      rule: 'T22',
      document: documentPath(machine),
      at: 'spec.osImageURL',
      message: 'is missing, and the datacenter has none either',
      fix: 'set osImageURL on every machine configuration, or once on the datacenter',
    };
  }
}

function* imageOnOneLevel(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (!context.tinkerbellDatacenter?.spec?.osImageURL) return;
  for (const machine of context.tinkerbellMachines) {
    if (machine.spec?.osImageURL) yield {
      document: documentPath(machine),
      at: 'spec.osImageURL',
      message: 'is set, and the datacenter has one as well',
      fix: 'keep it on one level',
    };
  }
}

/** T23 and T24: the tools look for the version's digits in the URL without its separators. */
function* imageNamesVersion(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { controlPlane, workers } = machines(cluster, context);
  const clusterVersion = cluster.spec?.kubernetesVersion;
  const uses = [
    { machine: controlPlane, version: clusterVersion },
    ...workers.map(({ group, machine }) => ({ machine, version: group.kubernetesVersion ?? clusterVersion })),
  ];
  const shared = context.tinkerbellDatacenter?.spec?.osImageURL;
  const seen = new Set<string>();
  for (const { machine, version } of uses) {
    const url = shared || machine?.spec?.osImageURL;
    const owner = shared ? context.tinkerbellDatacenter : machine;
    const key = `${owner && documentPath(owner)} ${version}`;
    if (!url || !parseRequestUri(url) || !owner || !version || seen.has(key)) continue;
    seen.add(key);
    if (url.replace(/[-._]/g, '').includes(version.replace(/[-._]/g, ''))) continue;
    yield {
      rule: shared ? 'T23' : 'T24',
      document: documentPath(owner),
      at: 'spec.osImageURL',
      message: `is ${shown(url)}, which does not name Kubernetes ${version}`,
      fix: `name the version in the file's name, such as ubuntu-${version.replace('.', '-')}.gz`,
    };
  }
}

function* noInPlaceOnBottlerocket(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const { controlPlane, workers } = machines(cluster, context);
  const uses = [{ group: cluster.spec?.controlPlaneConfiguration, machine: controlPlane }, ...workers];
  for (const { group, machine } of uses) {
    if (machine && group?.upgradeRolloutStrategy?.type === 'InPlace' && isBottlerocketMachine(machine)) {
      yield { document: documentPath(machine), at: 'spec.osFamily', message: "is 'bottlerocket', which cannot be upgraded in place" };
    }
  }
}

function* sameStrategy(cluster: ClusterDocument): Iterable<Problem> {
  const expected = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy?.type ?? 'RollingUpdate';
  for (const [index, group] of groupsOf(cluster).entries()) {
    const type = group.upgradeRolloutStrategy?.type ?? 'RollingUpdate';
    if (type !== expected) {
      yield { at: `spec.workerNodeGroupConfigurations[${index}].upgradeRolloutStrategy.type`, message: `is ${type}; expected ${expected}, as on the control plane` };
    }
  }
}

function* noAutoscalingInPlace(cluster: ClusterDocument): Iterable<Problem> {
  const isInPlace = cluster.spec?.controlPlaneConfiguration?.upgradeRolloutStrategy?.type === 'InPlace';
  for (const [index, group] of groupsOf(cluster).entries()) {
    if (group.autoscalingConfiguration && (isInPlace || group.upgradeRolloutStrategy?.type === 'InPlace')) {
      yield { at: `spec.workerNodeGroupConfigurations[${index}].autoscalingConfiguration`, message: 'is set; it does not go with in-place upgrades' };
    }
  }
}
