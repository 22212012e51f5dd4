/** Names of documents as the constructs give them: the name of an object is part of what a cluster is. */
import { controlPlaneMachineName, etcdMachineName, workerMachineName } from '../documents/cluster';
import type { ClusterSpec, Ref } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import type { TinkerbellMachineSpec } from '../model/machines';

/** What the tools call the first group when it has no name. */
const DEFAULT_GROUP_NAME = 'md-0';

/** The same documents under the names that the constructs give; a machine configuration that groups share becomes one for each. */
export function withConventionalNames(documents: readonly Document[]): readonly Document[] {
  const cluster = documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined;
  const spec = cluster?.spec;
  const name = cluster?.metadata?.name;
  if (!cluster || !spec || !name) return documents;
  const renamed = new Map<string, string[]>();
  const rename = (ref: Ref | undefined, to: string): Ref | undefined => {
    if (!ref?.kind || !ref.name) return ref;
    const key = `${ref.kind}/${ref.name}`;
    renamed.set(key, [...new Set([...renamed.get(key) ?? [], to])]);
    return { ...ref, name: to };
  };
  const {
    controlPlaneConfiguration: controlPlane,
    externalEtcdConfiguration: etcd,
    workerNodeGroupConfigurations: groups,
    identityProviderRefs: identities,
  } = spec;
  const newSpec: ClusterSpec = {
    ...spec,
    datacenterRef: rename(spec.datacenterRef, name),
    controlPlaneConfiguration: controlPlane && {
      ...controlPlane,
      machineGroupRef: rename(controlPlane.machineGroupRef, controlPlaneMachineName(name)),
    },
    externalEtcdConfiguration: etcd && { ...etcd, machineGroupRef: rename(etcd.machineGroupRef, etcdMachineName(name)) },
    workerNodeGroupConfigurations: groups?.map((group, index) => ({
      ...group,
      machineGroupRef: rename(group.machineGroupRef, workerMachineName(name, group.name || (index === 0 ? DEFAULT_GROUP_NAME : ''))),
    })),
    identityProviderRefs: identities?.map((ref) => rename(ref, name) ?? ref),
    gitOpsRef: rename(spec.gitOpsRef, name),
  };
  const machines = documents.flatMap((document): Document[] => {
    if (document === cluster) return [{ ...cluster, spec: newSpec }];
    const names = renamed.get(`${document.kind}/${document.metadata?.name ?? ''}`) ?? [document.metadata?.name];
    return names.map((newName) => ({ ...document, metadata: { ...document.metadata, name: newName } }));
  });
  return withOwnTemplates(machines);
}

/** A machine configuration's installation template has its name; one that several share becomes one for each. */
function withOwnTemplates(documents: readonly Document[]): readonly Document[] {
  const users = documents.filter(
    ({ kind, spec }) => kind === 'TinkerbellMachineConfig' && (spec as TinkerbellMachineSpec | undefined)?.templateRef,
  ) as Document<TinkerbellMachineSpec>[];
  return documents.flatMap((document): Document[] => {
    if (users.some((user) => user === document)) {
      const spec = document.spec as TinkerbellMachineSpec;
      return [{ ...document, spec: { ...spec, templateRef: { ...spec.templateRef, name: document.metadata?.name } } }];
    }
    const takers = users.filter(
      ({ spec }) => spec?.templateRef?.kind === document.kind && spec.templateRef.name === document.metadata?.name,
    );
    return takers.length === 0
      ? [document]
      : takers.map(({ metadata }) => ({ ...document, metadata: { ...document.metadata, name: metadata?.name } }));
  });
}
