/**
 * Kubernetes' API server refuses, or silently drops, fields that it does not know. cdk8s-plus carries the schema: what
 * it does not know either is a typing error of ours.
 */
import { App } from 'aws-cdk-lib';
import { k8s } from 'cdk8s-plus-27';
import { CognitoIdentity, EksAnywhereTarget, EksTarget, Exposure } from '../../src';
import { testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';
import type { Manifest } from './sample';

const KINDS: Readonly<Record<string, { manifest(props: any): any }>> = {
  ConfigMap: k8s.KubeConfigMap,
  Deployment: k8s.KubeDeployment,
  Job: k8s.KubeJob,
  Namespace: k8s.KubeNamespace,
  NetworkPolicy: k8s.KubeNetworkPolicy,
  PodDisruptionBudget: k8s.KubePodDisruptionBudget,
  Service: k8s.KubeService,
  ServiceAccount: k8s.KubeServiceAccount,
};

const CUSTOM_KINDS = ['ExternalSecret', 'IPAddressPool', 'L2Advertisement', 'SecretProviderClass'];

/** Fields whose values the library wants wrapped: quantities, and numbers that may be names. */
const WRAPPED = /^(cpu|memory|ephemeral-storage|sizeLimit|targetPort|maxSurge|maxUnavailable)$/;

function wrapped(value: unknown, key = '', parent = ''): unknown {
  const portOrName = key === 'port' && (parent === 'httpGet' || parent === 'policy');
  if (typeof value !== 'object' || value === null) return WRAPPED.test(key) || portOrName ? { value } : value;
  if (Array.isArray(value)) return value.map((item) => wrapped(item, '', parent));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      wrapped(field, name, /^(ingress|egress)$/.test(name) ? 'policy' : parent === 'policy' ? parent : key),
    ]),
  );
}

const cloud = testStack();
const cluster = testCluster(cloud);
const identity = new CognitoIdentity(cloud, 'Identity');
const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster), tunnelCidrs: ['198.51.100.0/24'] });
const options = { identity, hostname: 'apis.acme.example' };
controlPlane.addDataPlane('Cluster', { ...options, target: EksTarget.cluster(cluster) });
const factory = testFactory(cloud.node.root as App);
const site = { imageRepository: 'registry.acme.example/hybridge', imagePullSecret: 'registry' };
controlPlane.addDataPlane('Ports', { ...options, target: EksAnywhereTarget.cluster(factory, { ...site, exposure: Exposure.nodePort() }) });
controlPlane.addDataPlane('Balanced', {
  ...options,
  target: EksAnywhereTarget.cluster(factory, { ...site, exposure: Exposure.metalLb('10.20.0.100-10.20.0.120') }),
});

const manifests = ['control-plane', 'cluster', 'ports', 'balanced'].flatMap((plane) => writtenManifests(cloud, plane));

it('emits kinds that are known here, every one of them', () => {
  expect([...new Set(manifests.map(({ kind }) => kind))].sort()).toEqual([...Object.keys(KINDS), ...CUSTOM_KINDS].sort());
});

it.each(
  manifests
    .filter(({ kind }) => KINDS[kind])
    .map((manifest): [string, Manifest] => [`${manifest.kind} ${manifest.metadata.namespace}/${manifest.metadata.name}`, manifest]),
)('%s has fields of Kubernetes only', (_, manifest) => {
  const { apiVersion, kind, ...props } = manifest as any;
  expect(KINDS[kind].manifest(wrapped(props))).toEqual(manifest);
});
