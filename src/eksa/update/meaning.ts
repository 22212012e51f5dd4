/** Documents in a form in which two that mean the same are the same: what is written although it goes without saying is left out. */
import type { Cilium, ClusterNetwork, ClusterSpec, HealthCheck, NodeGroup, RolloutStrategy, WorkerGroup } from '../model/cluster';
import type { ClusterDocument, Document } from '../model/document';
import { HEALTH_CHECK } from '../schema/cluster';
import { KINDS, isKnownKind } from '../schema/kinds';
import type { Observer } from '../schema/normal-form';
import { normalForm } from '../schema/normal-form';
import { parseDurationMs } from '../syntax/duration';
import { withoutServerFields } from './server-fields';

/** @param document with the defaults that the tools write */
export function meaningOf(document: Document, observer: Observer = 'tools'): Document {
  if (!isKnownKind(document.kind)) return document;
  const { metadata, ...rest } = withoutServerFields(document);
  const named = { ...rest, metadata: { ...metadata, namespace: metadata?.namespace === 'default' ? undefined : metadata?.namespace } };
  const meant = document.kind === 'Cluster' ? { ...named, spec: clusterMeaning(document as ClusterDocument) } : named;
  return normalForm(KINDS[document.kind], meant, observer) as Document;
}

function clusterMeaning({ spec = {} }: ClusterDocument): ClusterSpec {
  const { controlPlaneConfiguration: controlPlane = {}, machineHealthCheck: check } = spec;
  const usual = usualCheck(spec);
  const ofCluster = { ...usual, ...check };
  return {
    ...spec,
    machineHealthCheck: check && ownCheck(check, usual),
    clusterNetwork: spec.clusterNetwork && network(spec.clusterNetwork),
    etcdEncryption: spec.etcdEncryption?.map(encryption),
    controlPlaneConfiguration: {
      ...controlPlane,
      ...group(controlPlane, ofCluster),
      upgradeRolloutStrategy: strategy(controlPlane.upgradeRolloutStrategy),
    },
    workerNodeGroupConfigurations: spec.workerNodeGroupConfigurations?.map((workers): WorkerGroup => ({
      ...workers,
      ...group(workers, ofCluster),
      upgradeRolloutStrategy: strategy(workers.upgradeRolloutStrategy),
    })),
  };
}

/** Nodes of bare metal are given longer to start. */
function usualCheck({ datacenterRef }: ClusterSpec): HealthCheck {
  const isBareMetal = datacenterRef?.kind === 'TinkerbellDatacenterConfig';
  return { nodeStartupTimeout: isBareMetal ? '20m0s' : '10m0s', unhealthyMachineTimeout: '5m0s' };
}

/** What only repeats is not its own. */
function ownCheck(given: HealthCheck, repeated: HealthCheck): HealthCheck {
  const [own, usual] = [given, repeated].map((check) => normalForm(HEALTH_CHECK, check) as HealthCheck | undefined ?? {});
  return Object.fromEntries(Object.entries(own).filter(([name, value]) => value !== usual[name as keyof HealthCheck]));
}

function group(
  { machineHealthCheck, kubeletConfiguration: kubelet }: NodeGroup,
  ofCluster: HealthCheck,
): Pick<NodeGroup, 'machineHealthCheck' | 'kubeletConfiguration'> {
  return {
    machineHealthCheck: machineHealthCheck && ownCheck(machineHealthCheck, ofCluster),
    // There is only this one; the tools decode nothing else.
    kubeletConfiguration: isEmpty(kubelet) ? undefined : { apiVersion: 'kubelet.config.k8s.io/v1beta1', ...(kubelet as object) },
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

/** Cilium's own defaults: pod traffic is encapsulated, no other plugin is let in, policies count where there are some. */
function network(given: ClusterNetwork): ClusterNetwork {
  const cilium = given.cniConfig?.cilium;
  if (!cilium) return given;
  const { routingMode, cniExclusive, policyEnforcementMode, ...rest } = cilium;
  const meant: Cilium = {
    ...rest,
    routingMode: routingMode === 'overlay' ? undefined : routingMode,
    cniExclusive: cniExclusive === true ? undefined : cniExclusive,
    policyEnforcementMode: policyEnforcementMode === 'default' ? undefined : policyEnforcementMode,
  };
  return { ...given, cniConfig: { ...given.cniConfig, cilium: meant } };
}

/** The defaults of Cluster API; of a strategy that is given, what is left out is 0. */
function strategy(given: RolloutStrategy | undefined): RolloutStrategy {
  if (!given) return { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
  return given.rollingUpdate ? { ...given, rollingUpdate: { ...given.rollingUpdate, maxSurge: given.rollingUpdate.maxSurge ?? 0 } } : given;
}

interface Encryption {
  readonly providers?: readonly { readonly kms?: { readonly cachesize?: number; readonly timeout?: string } }[];
}

/** The defaults of Kubernetes. */
function encryption(given: Encryption): object {
  const withoutUsual = ({ cachesize, timeout, ...kms }: NonNullable<NonNullable<Encryption['providers']>[number]['kms']>) => ({
    ...kms,
    cachesize: cachesize === 1000 ? undefined : cachesize,
    timeout: timeout !== undefined && parseDurationMs(timeout) === 3000 ? undefined : timeout,
  });
  return { ...given, providers: given.providers?.map(({ kms, ...rest }) => ({ ...rest, kms: kms && withoutUsual(kms) })) };
}
