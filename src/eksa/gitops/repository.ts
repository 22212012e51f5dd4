/**
 * A cluster in a Git repository that Flux follows, in the folders and under the file names that the CLI uses: what is
 * written here takes the place of what it commits when it creates a management cluster.
 *
 * Source: https://anywhere.eks.amazonaws.com/docs/clustermgmt/cluster-flux/
 */
import type { Hardware } from '../hardware/hardware-csv';
import type { ClusterDocument, Document } from '../model/document';
import { toYaml } from '../yaml/emit';
import type { SecretStore } from './hardware-objects';
import { hardwareObjects, missingSecretComments } from './hardware-objects';

/** The file of a cluster, which may hold a placeholder. */
export const CLUSTER_FILE = 'eksa-cluster.yaml';
const HARDWARE_FILE = 'hardware.yaml';
const KUSTOMIZATION_FILE = 'kustomization.yaml';

interface RepositoryInput {
  /** Folder of the management cluster, which Flux follows. */
  readonly path: string;
  readonly documents: readonly Document[];
  /** Of EKS Anywhere. The API does not let an object lose it, and the CLI has committed it. */
  readonly release: string;
  readonly hardware?: Hardware;
  readonly store?: SecretStore;
}

/** Files by their path in the repository. */
export function repositoryFiles({ path, documents, release, hardware, store }: RepositoryInput): Readonly<Record<string, string>> {
  const cluster = documents.find(({ kind }) => kind === 'Cluster');
  const folder = `${path.replace(/\/+$/, '')}/${cluster?.metadata?.name ?? ''}/eksa-system`;
  const machines = hardware && hardwareObjects(hardware.machines, store);
  const resources = [CLUSTER_FILE, ...machines ? [HARDWARE_FILE] : []];
  return {
    [`${folder}/${KUSTOMIZATION_FILE}`]: toYaml([{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources }]),
    [`${folder}/${CLUSTER_FILE}`]: toYaml(documents.map((document) => forApi(document, release))),
    ...machines && { [`${folder}/${HARDWARE_FILE}`]: `${missingSecretComments(machines)}${toYaml(machines.objects)}` },
  };
}

/** Fills in what the CLI would fill in: the namespace of each object, and the release. */
function forApi(document: Document, release: string): Document {
  const named: Document = { ...document, metadata: { ...document.metadata, namespace: document.metadata?.namespace ?? 'default' } };
  return document.kind === 'Cluster' ? { ...named, spec: { ...(document as ClusterDocument).spec, eksaVersion: release } } : named;
}
