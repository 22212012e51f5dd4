import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Trust } from '../../src';
import { only, testControlPlane, testStack, writtenManifests } from './sample';

function role(stack: Stack, id: string): iam.Role {
  return new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') });
}

describe('administrators', () => {
  const stack = testStack();
  const controlPlane = testControlPlane(stack);
  controlPlane.grants.adminAccess(role(stack, 'People'));
  controlPlane.grants.adminAccess(role(stack, 'Pipeline'));
  const template = Template.fromStack(stack);
  const manifests = writtenManifests(stack, 'control-plane');

  it('get an access entry each, in a group that may open ports to the plane\'s pods and nothing else', () => {
    const entries = Object.values<any>(
      template.findResources('AWS::EKS::AccessEntry', { Properties: { KubernetesGroups: ['hybridge:control-plane:admins'] } }),
    );
    expect(entries.map(({ Properties }) => Properties.PrincipalArn['Fn::GetAtt'][0])).toEqual([
      expect.stringMatching(/^People/),
      expect.stringMatching(/^Pipeline/),
    ]);
    expect(entries.every(({ Properties }) => Properties.AccessPolicies === undefined)).toBe(true);
    const { rules } = only(manifests, 'Role') as any;
    expect(rules).toEqual([
      { apiGroups: [''], resources: ['services'], resourceNames: ['control-plane-admin'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create'] },
    ]);
    const binding = only(manifests, 'RoleBinding') as any;
    expect(binding.metadata.namespace).toBe('control-plane');
    expect(binding.subjects).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'hybridge:control-plane:admins' }]);
  });

  it('may look up the one cluster', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^People') }],
      PolicyDocument: {
        Statement: [
          {
            Action: 'eks:DescribeCluster',
            Effect: 'Allow',
            Resource: Match.objectLike({ 'Fn::GetAtt': [Match.stringLikeRegexp('Cluster'), 'Arn'] }),
          },
        ],
      },
    });
  });
});

it('a reader of the tunnel\'s certificate may read that secret and no other', () => {
  const stack = testStack();
  testControlPlane(stack).grants.tunnelRead(role(stack, 'Elsewhere'));
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    Roles: [{ Ref: Match.stringLikeRegexp('^Elsewhere') }],
    PolicyDocument: {
      Statement: [
        {
          Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
          Effect: 'Allow',
          Resource: { Ref: Match.stringLikeRegexp('ControlPlaneTunnelSecret') },
        },
      ],
    },
  });
});

it('there is nothing to read where cert-manager keeps the certificate', () => {
  const stack = testStack();
  const controlPlane = testControlPlane(stack, { trust: Trust.certManager({ issuerName: 'tunnels' }) });
  expect(() => controlPlane.grants.tunnelRead(role(stack, 'Elsewhere'))).toThrow(
    'grantee: there is nothing to read, because cert-manager keeps the certificate',
  );
});
