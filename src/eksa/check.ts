/**
 * Every offline rule of EKS Anywhere on the documents of one cluster. All findings are reported together. The tables of
 * rules are in rules/, one per object; a new rule is a row there.
 */
import type { CheckOptions } from './context';
import { contextOf } from './context';
import type { Finding } from './finding';
import type { Hardware } from './hardware/hardware-csv';
import { HARDWARE_FILE } from './hardware/hardware-csv';
import { spreadsheetFix } from './hardware/spreadsheet-cell';
import type { ClusterDocument, Document } from './model/document';
import { documentPath, documentPaths } from './model/document';
import { ADDRESS_PLAN_RULES } from './rules/address-plan';
import { CLUSTER_RULES } from './rules/cluster';
import { CONTROL_PLANE_RULES } from './rules/control-plane';
import { HARDWARE_RULES } from './rules/hardware';
import { MACHINE_ROW_RULES, machineContext } from './rules/hardware-row';
import { HELM_VALUES_RULES } from './rules/helm-values';
import { IDENTITY_RULES } from './rules/identity';
import { IMAGE_HOST_RULES } from './rules/image-host';
import { IMAGE_VERSION_RULES } from './rules/image-version';
import { IPV6_RULES } from './rules/ipv6';
import { KUBELET_RULES } from './rules/kubelet';
import { LICENSE_RULES } from './rules/license';
import { MACHINE_RULES } from './rules/machine';
import { METADATA_RULES } from './rules/metadata';
import { NETWORK_RULES } from './rules/network';
import { NODE_CAPACITY_RULES } from './rules/node-capacity';
import { NODE_OS_RULES } from './rules/node-os';
import { PROXY_RULES } from './rules/proxy';
import { REFERENCE_RULES } from './rules/references';
import { REGISTRY_MIRROR_RULES } from './rules/registry-mirror';
import { RELEASE_RULES } from './rules/release';
import type { Context, Problem, Rule } from './rules/rule';
import { TINKERBELL_DATACENTER_RULES, TINKERBELL_MACHINE_RULES } from './rules/tinkerbell';
import { TINKERBELL_CLUSTER_RULES } from './rules/tinkerbell-cluster';
import { VCENTER_RULES } from './rules/vcenter';
import { VIRTUAL_MACHINE_RULES } from './rules/virtual-machine';
import { VSPHERE_CLUSTER_RULES, VSPHERE_DATACENTER_RULES, VSPHERE_MACHINE_RULES } from './rules/vsphere';
import { WORKER_GROUP_RULES } from './rules/worker-groups';
import type { Misfit } from './schema/fit';
import { fit } from './schema/fit';
import { KINDS, isKnownKind } from './schema/kinds';
import type { KindOfFile } from './schema/place';

export type { CheckOptions } from './context';

const ON_CLUSTER: readonly Rule<ClusterDocument>[] = [
  ...REFERENCE_RULES,
  ...CLUSTER_RULES,
  ...RELEASE_RULES,
  ...LICENSE_RULES,
  ...NODE_OS_RULES,
  ...CONTROL_PLANE_RULES,
  ...WORKER_GROUP_RULES,
  ...NETWORK_RULES,
  ...ADDRESS_PLAN_RULES,
  ...NODE_CAPACITY_RULES,
  ...KUBELET_RULES,
  ...IMAGE_VERSION_RULES,
  ...IMAGE_HOST_RULES,
  ...VCENTER_RULES,
  ...PROXY_RULES,
  ...REGISTRY_MIRROR_RULES,
  ...HELM_VALUES_RULES,
  ...IPV6_RULES,
  ...IDENTITY_RULES,
  ...HARDWARE_RULES,
];

/** Shapes are judged early, too: a field has the wrong type whatever the others say. */
const EARLY: ReadonlySet<string> = new Set(['S1', 'S10', ...[
  ...ON_CLUSTER, ...TINKERBELL_CLUSTER_RULES, ...TINKERBELL_DATACENTER_RULES, ...TINKERBELL_MACHINE_RULES,
  ...VSPHERE_CLUSTER_RULES, ...VSPHERE_DATACENTER_RULES, ...VSPHERE_MACHINE_RULES, ...MACHINE_RULES,
].filter(({ early }) => early).map(({ id }) => id)]);

/** Whether a single property causes the finding, so that it holds before the app is finished. */
export function isEarly({ ruleId }: Finding): boolean {
  return EARLY.has(ruleId);
}

/**
 * @param documents as they would be written to cluster.yaml; exactly one of them is a Cluster
 * @param hardware the machines of hardware.csv; bare metal needs them
 * @returns findings, errors before warnings within each place; empty when the tools would accept the files
 */
export function checkDocuments(documents: readonly object[], hardware?: Hardware, options: CheckOptions = {}): Finding[] {
  const { fitting, findings: misfits } = fitDocuments(documents);
  const clusters = fitting.filter((document): document is ClusterDocument => document.kind === 'Cluster');
  const problems = clusters.length === 1
    ? ruleFindings(contextOf(clusters[0], fitting, hardware, options))
    : [clusterCount(clusters.length)];
  return [...hardwareFileFindings(hardware), ...merged(misfits, problems)];
}

function clusterCount(count: number): Finding {
  const message =
    count === 0 ? 'is missing: the file holds no document of kind Cluster' : `is there ${count} times; a file describes one cluster`;
  return { ruleId: count === 0 ? 'P1' : 'P7', severity: 'error', path: 'Cluster', message };
}

interface ShapeFinding extends Finding {
  readonly kind: Misfit['kind'];
}

/** Documents without the parts that have the wrong shape, and what was wrong with those. */
function fitDocuments(documents: readonly object[]): { fitting: Document[]; findings: ShapeFinding[] } {
  const findings: ShapeFinding[] = [];
  const paths = documentPaths(documents as Document[]);
  const given = new Set(documents.map((document) => (document as Document).kind));
  const fitting = documents.map((document, index) => {
    const kind = (document as Document).kind;
    if (!isKnownKind(kind)) return document as Document;
    const path = paths[index];
    if (!(document as Document).apiVersion) findings.push(apiVersionMissing(path));
    const { value, misfits } = fit(KINDS[kind], document, path, otherKinds(kind, given));
    findings.push(
      ...misfits.map((misfit) => ({
        ruleId: misfit.fix?.startsWith('put it in quotes') ? 'S10' : 'S1',
        severity: 'error' as const,
        path: misfit.path,
        message: misfit.message,
        fix: misfit.fix,
        kind: misfit.kind,
      })),
    );
    if (!(document as Document).metadata?.name && kind !== 'Cluster') findings.push(nameMissing(path));
    findings.push(...missingSpecFields(document as Document, path));
    return value as Document;
  });
  return { fitting, findings };
}

function otherKinds(own: string, given: ReadonlySet<string>): KindOfFile[] {
  return Object.entries(KINDS)
    .filter(([kind]) => kind !== own)
    .map(([kind, shape]) => ({ kind, shape, isInFile: given.has(kind) }));
}

function apiVersionMissing(path: string): ShapeFinding {
  return {
    ruleId: 'P6',
    severity: 'error',
    path: `${path}.apiVersion`,
    message: 'is missing',
    fix: 'add apiVersion: anywhere.eks.amazonaws.com/v1alpha1',
    kind: 'value',
  };
}

function nameMissing(path: string): ShapeFinding {
  return {
    ruleId: 'S1',
    severity: 'error',
    path: `${path}.metadata.name`,
    message: 'is missing',
    fix: 'name the document as the Cluster refers to it',
    kind: 'value',
  };
}

/** Without a spec there is nothing whose required fields could be missing: they are named one by one all the same. */
function missingSpecFields(document: Document, path: string): ShapeFinding[] {
  if (document.spec !== undefined && document.spec !== null || !isKnownKind(document.kind)) return [];
  const spec = KINDS[document.kind].fields.spec;
  const required = spec.type === 'object' ? spec.required : [];
  return required.length === 0
    ? []
    : [{ ruleId: 'S1', severity: 'error', path: `${path}.spec`, message: `is missing; it needs ${required.join(', ')}`, kind: 'missing' }];
}

function ruleFindings(context: Context): Finding[] {
  return [
    ...apply(ON_CLUSTER, context.cluster, context),
    ...metadataFindings(context),
    ...(context.provider === 'tinkerbell' ? tinkerbellFindings(context) : []),
    ...(context.provider === 'vsphere' ? vsphereFindings(context) : []),
    ...machineRowFindings(context),
  ];
}

function tinkerbellFindings(context: Context): Finding[] {
  return [
    ...apply(TINKERBELL_CLUSTER_RULES, context.cluster, context),
    ...(context.tinkerbellDatacenter ? apply(TINKERBELL_DATACENTER_RULES, context.tinkerbellDatacenter, context) : []),
    ...context.tinkerbellMachines.flatMap((machine) => [
      ...apply(TINKERBELL_MACHINE_RULES, machine, context),
      ...apply(MACHINE_RULES, machine, context),
    ]),
  ];
}

function vsphereFindings(context: Context): Finding[] {
  return [
    ...apply(VSPHERE_CLUSTER_RULES, context.cluster, context),
    ...apply(VIRTUAL_MACHINE_RULES, context.cluster, context),
    ...(context.vsphereDatacenter ? apply(VSPHERE_DATACENTER_RULES, context.vsphereDatacenter, context) : []),
    ...context.vsphereMachines.flatMap((machine) => [
      ...apply(VSPHERE_MACHINE_RULES, machine, context),
      ...apply(MACHINE_RULES, machine, context),
    ]),
  ];
}

function metadataFindings({ documents }: Context): Finding[] {
  return documents.filter(({ kind }) => isKnownKind(kind)).flatMap((document) => {
    return METADATA_RULES.flatMap((rule) => [...rule.check(document)].map((problem) => findingOf(rule.id, document, problem)));
  });
}

function apply<Subject extends Document>(rules: readonly Rule<Subject>[], subject: Subject, context: Context): Finding[] {
  return rules.flatMap((rule) => [...rule.check(subject, context)].map((problem) => findingOf(rule.id, subject, problem)));
}

function findingOf(ruleId: string, subject: Document, problem: Problem): Finding {
  const document = problem.document ?? documentPath(subject);
  return {
    ruleId: problem.rule ?? ruleId,
    severity: problem.severity ?? 'error',
    path: problem.at ? `${document}.${problem.at}` : document,
    message: problem.message,
    fix: problem.fix,
  };
}

function machineRowFindings(context: Context): Finding[] {
  const withIndexes = machineContext(context);
  const findings: Finding[] = [];
  for (const machine of context.hardware?.machines ?? []) {
    for (const rule of MACHINE_ROW_RULES) {
      const message = rule.check(machine, withIndexes);
      if (!message) continue;
      findings.push({
        ruleId: rule.id,
        severity: 'error',
        path: `${HARDWARE_FILE}/${machine.cells.hostname || `line ${machine.line}`}.${rule.column}`,
        message,
        fix: spreadsheetFix(machine.cells[rule.column]),
        line: machine.line,
      });
    }
  }
  return findings;
}

function hardwareFileFindings(hardware: Hardware | undefined): Finding[] {
  return (hardware?.fileProblems ?? []).map((problem) => ({ ruleId: 'R-file', path: HARDWARE_FILE, ...problem }));
}

/**
 * One finding for one mistake: where a value was removed because of its shape, rules that miss it stay silent; where a
 * rule explains what is missing, the shape's bare "is required" does.
 */
function merged(misfits: readonly ShapeFinding[], problems: readonly Finding[]): Finding[] {
  const removed = misfits.filter((misfit) => misfit.kind === 'type' || misfit.kind === 'value').map((misfit) => misfit.path);
  const explained = problems.filter((problem) => !removed.some((path) => isWithin(path, problem.path) || isWithin(problem.path, path)));
  const places = new Set(explained.map((problem) => problem.path));
  const kept = misfits.filter((misfit) => misfit.kind !== 'missing' || !places.has(misfit.path));
  return [...kept.map(({ kind: _kind, ...finding }) => finding), ...explained];
}

/** Whether a place is inside another, or is the same. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}
