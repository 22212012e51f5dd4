import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { CertificateAuthority, HybridCredentials, HybridNodes } from '../../src';
import type { CloudClusterProps, HybridNodesProps } from '../../src';
import { testApp, testCluster, testStack } from '../gateway/sample';

const AUTHORITY = CertificateAuthority.fromPem(readFileSync(join(__dirname, '..', 'eks-anywhere', 'aws', 'authority.pem'), 'utf8'));
const NETWORKS = { nodeCidrs: ['10.80.0.0/16'], podCidrs: ['10.85.0.0/16'] };

function nodesIn(
  stack: Stack,
  props: Partial<HybridNodesProps> = {},
  cluster: Partial<CloudClusterProps> = { remoteNetworks: NETWORKS, clusterName: 'plants' },
): HybridNodes {
  return new HybridNodes(stack, 'Plant', {
    cluster: testCluster(stack, cluster),
    credentials: HybridCredentials.systemsManager(),
    ...props,
  });
}

function folderOf(stack: Stack): string {
  return join((stack.node.root as App).synth().directory, 'hybridge');
}

function configOf(stack: Stack): { readonly text: string; readonly document: any } {
  const text = readFileSync(join(folderOf(stack), 'Cloud-Cluster', 'Plant', 'nodeconfig.yaml'), 'utf8');
  return { text, document: parse(text) };
}

describe('machines with an activation of Systems Manager', () => {
  const stack = testStack();
  const nodes = nodesIn(stack, { labels: { 'site': 'plant-7', 'topology.kubernetes.io/zone': 'plant-7' } });
  const template = Template.fromStack(stack);

  it('have an entry for nodes, without policies', () => {
    template.hasResourceProperties('AWS::EKS::AccessEntry', {
      Type: 'HYBRID_LINUX',
      PrincipalArn: stack.resolve(nodes.role.roleArn),
      AccessPolicies: [],
    });
  });

  it('have a role that Systems Manager of this account and region assumes for them', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Principal: { Service: 'ssm.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }, ArnEquals: { 'aws:SourceArn': Match.anyValue() } },
        }],
      },
    });
  });

  it('may look at their cluster, and take only machines of this cluster out of Systems Manager', () => {
    const clusterArn = { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::EKS::Cluster'))[0], 'Arn'] };
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['eks:DescribeCluster', 'eks:ListAccessEntries', 'eks-auth:AssumeRoleForPodIdentity'],
            Resource: clusterArn,
          }),
          Match.objectLike({
            Action: 'ssm:DeregisterManagedInstance',
            Condition: { StringEquals: { 'ssm:resourceTag/EKSClusterARN': clusterArn } },
          }),
        ]),
      },
    });
  });

  it('join with a NodeConfig file that does not contain the activation code', () => {
    const { text, document } = configOf(stack);
    expect(document).toEqual({
      apiVersion: 'node.eks.aws/v1alpha1',
      kind: 'NodeConfig',
      spec: {
        cluster: { name: 'plants', region: 'eu-central-1' },
        kubelet: { flags: ['--node-labels=site=plant-7,topology.kubernetes.io/zone=plant-7'] },
        hybrid: { enableCredentialsFile: true, ssm: { activationCode: '${ACTIVATION_CODE}', activationId: '${ACTIVATION_ID}' } },
      },
    });
    expect(text).toContain('nodeadm install 1.35 --credential-provider ssm');
    expect(text).toContain('export ACTIVATION_CODE=... ACTIVATION_ID=...\n');
  });

  it('get an activation with a command in an output, which names the role and the cluster', () => {
    const [output] = Object.values(template.findOutputs('*')).filter(({ Description }) => Description?.includes('activation'));
    expect(JSON.stringify(output.Value)).toContain('aws ssm create-activation --region eu-central-1 --iam-role ');
  });

  it('run Cilium, with the pod networks of the cluster, on hybrid nodes only', () => {
    const values = parse(readFileSync(join(folderOf(stack), 'Cloud-Cluster', 'Plant', 'cilium-values.yaml'), 'utf8'));
    expect(values.ipam.operator.clusterPoolIPv4PodCIDRList).toEqual(['10.85.0.0/16']);
    const [term] = values.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(term.matchExpressions).toEqual([{ key: 'eks.amazonaws.com/compute-type', operator: 'In', values: ['hybrid'] }]);
  });

  it('are listed in the topology', () => {
    const { clusters } = JSON.parse(readFileSync(join(folderOf(stack), 'topology.json'), 'utf8'));
    expect(clusters).toEqual([
      expect.objectContaining({
        name: 'Cloud/Cluster',
        folder: 'Cloud-Cluster',
        files: ['Plant/nodeconfig.yaml', 'Plant/cilium-values.yaml'],
      }),
    ]);
  });
});

describe('machines with certificates', () => {
  const stack = testStack();
  nodesIn(stack, { credentials: HybridCredentials.rolesAnywhere({ authority: AUTHORITY, sessionDuration: Duration.hours(4) }) });
  const template = Template.fromStack(stack);

  it('are the nodes that their certificates name', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      MaxSessionDuration: 14_400,
      AssumeRolePolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sts:AssumeRole',
            Principal: { Service: 'rolesanywhere.amazonaws.com' },
            Condition: {
              ArnEquals: { 'aws:SourceArn': Match.anyValue() },
              StringEquals: { 'sts:RoleSessionName': '${aws:PrincipalTag/x509Subject/CN}' },
            },
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::RolesAnywhere::Profile', { AcceptRoleSessionName: true, DurationSeconds: 14_400 });
    template.hasResourceProperties('AWS::RolesAnywhere::TrustAnchor', { Enabled: true, Source: { SourceType: 'CERTIFICATE_BUNDLE' } });
  });

  it('have no permissions in Systems Manager', () => {
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('ssm:DeregisterManagedInstance');
  });

  it('have placeholders in their NodeConfig for values known only after deployment', () => {
    expect(configOf(stack).document.spec.hybrid.iamRolesAnywhere).toEqual({
      nodeName: '${NODE_NAME}', trustAnchorArn: '${TRUST_ANCHOR_ARN}', profileArn: '${PROFILE_ARN}', roleArn: '${ROLE_ARN}',
      certificatePath: '/etc/iam/pki/server.pem', privateKeyPath: '/etc/iam/pki/server.key',
    });
  });
});

it('writes placeholders for a cluster name and a region that are known only after deployment', () => {
  const stack = new Stack(testApp(), 'Cloud');
  nodesIn(stack, {}, { remoteNetworks: { nodeCidrs: ['10.80.0.0/16'] } });
  expect(configOf(stack).document.spec.cluster).toEqual({ name: '${CLUSTER_NAME}', region: '${AWS_REGION}' });
  expect(existsSync(join(folderOf(stack), 'Cloud-Cluster', 'Plant', 'cilium-values.yaml'))).toBe(false);
});

it('refuses a cluster without remote networks', () => {
  expect(() => nodesIn(testStack(), {}, {})).toThrow(
    'cluster: Cloud/Cluster has no remoteNetworks, expected the networks of the machines: give CloudCluster remoteNetworks',
  );
});

it.each<[Record<string, string>, string]>([
  [{ 'a/b/c': 'x' }, 'labels: got the key "a/b/c", expected 1 to 63 letters'],
  [{ '-site': 'x' }, 'labels: got the key "-site"'],
  [{ 'node-role.kubernetes.io/gateway': '' }, 'labels: got the key node-role.kubernetes.io/gateway, which belongs to Kubernetes'],
  [{ site: 'plant 7' }, 'labels: got "plant 7" for site'],
])('refuses labels %j', (labels, message) => {
  expect(() => nodesIn(testStack(), { labels })).toThrow(message);
});

it.each([0, 1001, 2.5])('refuses a limit of %d registrations', (registrationLimit) => {
  expect(() => HybridCredentials.systemsManager({ registrationLimit })).toThrow(
    `registrationLimit: got ${registrationLimit}, expected a whole number, 1 to 1000`,
  );
});

it('refuses sessions that are too short, and paths that are relative', () => {
  expect(() => HybridCredentials.rolesAnywhere({ authority: AUTHORITY, sessionDuration: Duration.minutes(5) })).toThrow(
    'sessionDuration: got 5 minutes, expected 15 minutes to 12 hours',
  );
  expect(() => HybridCredentials.rolesAnywhere({ authority: AUTHORITY, certificatePath: 'server.pem' })).toThrow(
    'certificatePath: got "server.pem", expected the absolute path',
  );
});
