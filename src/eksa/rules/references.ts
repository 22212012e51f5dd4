/** Rules about references between documents, namespaces and API versions. */
import { asWritten, isOneOf, oneOf } from '../finding';
import type { Ref } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import { documentPath } from '../model/document';
import type { TinkerbellMachineSpec } from '../model/machines';
import { API_VERSION, isKnownKind } from '../schema/kinds';
import type { Context, Problem, Provider, Rule } from './rule';

/** Kinds of datacenters, with the machine configurations that belong to each. */
const PROVIDERS: Readonly<Record<string, { readonly provider: Provider; readonly machineKind?: string }>> = {
  TinkerbellDatacenterConfig: { provider: 'tinkerbell', machineKind: 'TinkerbellMachineConfig' },
  VSphereDatacenterConfig: { provider: 'vsphere', machineKind: 'VSphereMachineConfig' },
  DockerDatacenterConfig: { provider: 'docker' },
};

/** What the kind of the Cluster's datacenter stands for. */
export function providerOf({ spec }: ClusterDocument) {
  return PROVIDERS[spec?.datacenterRef?.kind ?? ''];
}

const IDENTITY_KINDS = ['OIDCConfig', 'AWSIamConfig'];
const GIT_OPS_KINDS = ['FluxConfig', 'GitOpsConfig'];

export const REFERENCE_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'X1', check: datacenter },
  { id: 'X2', check: machineConfigs },
  { id: 'X3', check: namespaces },
  { id: 'C45', check: gitOpsKind },
  { id: 'C46', check: gitOpsName },
  { id: 'C48', check: identityKinds },
  { id: 'C49', check: identityNames },
  { id: 'X11', check: referencedPolicies },
  { id: 'S6', check: templates },
  { id: 'P9', check: duplicates },
  { id: 'P9', check: apiVersions },
  { id: 'P9', check: unreferencedMachines },
];

/** Every machine configuration that the Cluster names, with the place that names it. */
export function machineRefs(cluster: ClusterDocument): readonly { readonly at: string; readonly ref: Ref }[] {
  const spec = cluster.spec;
  const places = [
    { at: 'spec.controlPlaneConfiguration.machineGroupRef', ref: spec?.controlPlaneConfiguration?.machineGroupRef },
    ...(spec?.workerNodeGroupConfigurations ?? []).map((group, index) => ({
      at: `spec.workerNodeGroupConfigurations[${index}].machineGroupRef`,
      ref: group.machineGroupRef,
    })),
    { at: 'spec.externalEtcdConfiguration.machineGroupRef', ref: spec?.externalEtcdConfiguration?.machineGroupRef },
  ];
  return places.flatMap(({ at, ref }) => ref ? [{ at, ref }] : []);
}

function* datacenter(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const ref = cluster.spec?.datacenterRef;
  const kinds = Object.keys(PROVIDERS);
  if (!ref) yield { at: 'spec.datacenterRef', message: 'is missing; expected kind and name of the datacenter document' };
  else if (!isOneOf(ref.kind, kinds)) {
    yield { at: 'spec.datacenterRef.kind', message: `is ${asWritten(ref.kind)}; expected ${oneOf(kinds)}` };
  } else if (!context.find(ref.kind, ref.name)) yield missingDatacenter(ref, context);
}

/** Another kind of datacenter under the same name tells which of the two is wrong. */
function missingDatacenter(ref: Ref, { documents }: Context): Problem {
  const other = documents.find(({ kind, metadata }) => kind !== ref.kind && Object.hasOwn(PROVIDERS, kind) && metadata?.name === ref.name);
  if (other) {
    return {
      at: 'spec.datacenterRef.kind',
      message: `is ${ref.kind}, but the datacenter ${asWritten(ref.name)} in the file is a ${other.kind}`,
    };
  }
  return { at: 'spec.datacenterRef.name', message: `is ${asWritten(ref.name)}, but the file holds no ${ref.kind} of that name` };
}

function* machineConfigs(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const wanted = providerOf(cluster)?.machineKind;
  if (!wanted) return;
  for (const { at, ref } of machineRefs(cluster)) {
    if (ref.kind !== wanted) {
      yield {
        at: `${at}.kind`,
        message: `is ${asWritten(ref.kind)}; expected ${wanted}, as the datacenter is a ${cluster.spec?.datacenterRef?.kind}`,
      };
    } else if (!context.find(ref.kind, ref.name)) {
      yield {
        at: `${at}.name`, message: `is ${asWritten(ref.name)}, but the file holds no `
      + `${wanted} of that name`,
      };
    }
  }
}

function* namespaces(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const expected = cluster.metadata?.namespace || undefined;
  for (const document of referenced(cluster, context)) {
    const actual = document.metadata?.namespace || undefined;
    if (actual !== expected) {
      yield {
        document: documentPath(document),
        at: 'metadata.namespace',
        message: `is ${asWritten(actual)}; expected ${asWritten(expected)}, as on the Cluster (nothing and 'default' count as different)`,
      };
    }
  }
}

function referenced(cluster: ClusterDocument, context: Context): readonly Document[] {
  const spec = cluster.spec;
  const refs = [spec?.datacenterRef, ...machineRefs(cluster).map(({ ref }) => ref), ...(spec?.identityProviderRefs ?? []), spec?.gitOpsRef];
  return [...new Set(refs.flatMap((ref) => context.find(ref?.kind, ref?.name) ?? []))];
}

function* gitOpsKind(cluster: ClusterDocument): Iterable<Problem> {
  const ref = cluster.spec?.gitOpsRef;
  if (ref && !isOneOf(ref.kind, GIT_OPS_KINDS)) {
    yield { at: 'spec.gitOpsRef.kind', message: `is ${asWritten(ref.kind)}; expected ${oneOf(GIT_OPS_KINDS)}` };
  }
}

function* gitOpsName(cluster: ClusterDocument): Iterable<Problem> {
  const ref = cluster.spec?.gitOpsRef;
  if (ref && !ref.name) yield { at: 'spec.gitOpsRef.name', message: `is empty; expected the name of the ${ref.kind ?? 'FluxConfig'}` };
}

function* identityKinds(cluster: ClusterDocument): Iterable<Problem> {
  const kinds = (cluster.spec?.identityProviderRefs ?? []).map((ref) => ref.kind);
  for (const [index, kind] of kinds.entries()) {
    const at = `spec.identityProviderRefs[${index}].kind`;
    if (!isOneOf(kind, IDENTITY_KINDS)) yield { at, message: `is ${asWritten(kind)}; expected ${oneOf(IDENTITY_KINDS)}` };
    else if (kinds.indexOf(kind) < index) {
      yield {
        rule: 'X11', at, message: `is ${kind} a second time; only one of a kind is `
      + 'used', fix: 'keep one',
      };
    }
  }
}

function* identityNames(cluster: ClusterDocument): Iterable<Problem> {
  for (const [index, ref] of (cluster.spec?.identityProviderRefs ?? []).entries()) {
    if (!ref.name) {
      yield { at: `spec.identityProviderRefs[${index}].name`, message: `is empty; expected the name of the ${ref.kind ?? 'OIDCConfig'}` };
    }
  }
}

function* referencedPolicies(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const places = [
    ...(cluster.spec?.identityProviderRefs ?? []).map((ref, index) => ({ at: `spec.identityProviderRefs[${index}]`, ref })),
    ...(cluster.spec?.gitOpsRef ? [{ at: 'spec.gitOpsRef', ref: cluster.spec.gitOpsRef }] : []),
  ];
  for (const { at, ref } of places) {
    const isUsable = isOneOf(ref.kind, [...IDENTITY_KINDS, ...GIT_OPS_KINDS]) && ref.name;
    if (isUsable && !context.find(ref.kind, ref.name)) {
      yield {
        at: `${at}.name`,
        message: `is ${asWritten(ref.name)}, but the file holds no ${ref.kind} of that name; the CLI ignores that silently`,
        fix: `add the ${ref.kind} to the file`,
      };
    }
  }
}

function* templates(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  for (const machine of context.tinkerbellMachines) {
    const ref = machine.spec?.templateRef;
    const document = documentPath(machine);
    // An empty reference counts as none.
    if (!ref?.kind && !ref?.name) continue;
    if (ref.kind !== 'TinkerbellTemplateConfig') {
      yield { document, at: 'spec.templateRef.kind', message: `is ${asWritten(ref.kind)}; expected TinkerbellTemplateConfig` };
    } else if (!context.find(ref.kind, ref.name)) {
      yield {
        document,
        at: 'spec.templateRef.name',
        message: `is ${asWritten(ref.name)}, but the file holds no TinkerbellTemplateConfig of that name; the CLI would use its `
          + 'own template instead',
      };
    }
  }
}

function* duplicates(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const seen = new Set<string>();
  for (const document of context.documents.filter(({ kind }) => isKnownKind(kind))) {
    const path = documentPath(document);
    if (seen.has(path) && document.kind !== 'Cluster') {
      yield { document: path, at: 'metadata.name', message: 'is the name of two documents of this kind; the later one would win' };
    }
    seen.add(path);
  }
}

function* apiVersions(_cluster: ClusterDocument, context: Context): Iterable<Problem> {
  for (const document of context.documents) {
    if (!isKnownKind(document.kind) || !document.apiVersion || document.apiVersion === API_VERSION) continue;
    yield { document: documentPath(document), at: 'apiVersion', message: `is ${asWritten(document.apiVersion)}; expected ${API_VERSION}` };
  }
}

function* unreferencedMachines(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const used = new Set(machineRefs(cluster).map(({ ref }) => `${ref.kind}/${ref.name}`));
  for (const document of context.documents as readonly Document<TinkerbellMachineSpec>[]) {
    if (!/^(Tinkerbell|VSphere)MachineConfig$/.test(document.kind) || used.has(documentPath(document))) continue;
    yield {
      document: documentPath(document),
      at: 'metadata.name',
      message: 'is used by no node group: the tools ignore this document',
      severity: 'warning',
    };
  }
}
