import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Trust } from '../../src';
import { testControlPlane, testStack } from './sample';

describe('a generated certificate', () => {
  const stack = testStack();
  testControlPlane(stack, { trust: Trust.generated({ validDays: 90 }) });
  const template = Template.fromStack(stack);

  it('is made by a function that may touch this secret only', () => {
    const secret = { Ref: Match.stringLikeRegexp('ControlPlaneTunnelSecret') };
    template.hasResourceProperties('Custom::HybridgeTunnelCertificate', { SecretArn: secret, CommonName: 'kong_clustering', ValidDays: '90' });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('MakerLogs'), 'Arn'] } },
          { Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], Resource: secret },
        ].map((statement) => Match.objectLike(statement)),
      },
    });
  });

  it('comes from a function without managed policies, with logs that end', () => {
    const handlers = Object.values<any>(template.findResources('AWS::Lambda::Function', { Properties: { Runtime: 'nodejs24.x', Architectures: ['arm64'] } }));
    expect(handlers.length).toBeGreaterThan(0);
    for (const handler of handlers) {
      const role = template.toJSON().Resources[handler.Properties.Role['Fn::GetAtt'][0]];
      expect(role.Properties.ManagedPolicyArns).toBeUndefined();
      expect(handler.DependsOn.map((id: string) => template.toJSON().Resources[id].Type)).toContain('AWS::IAM::Policy');
    }
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('goes with the stack', () => {
    template.hasResource('AWS::SecretsManager::Secret', { Properties: { Name: 'hybridge/Cloud/control-plane/tunnel' }, DeletionPolicy: 'Delete' });
  });
});

it('stays behind when it is to be retained', () => {
  const stack = testStack();
  testControlPlane(stack, { trust: Trust.generated({ removalPolicy: RemovalPolicy.RETAIN }) });
  Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', { Properties: { Name: 'hybridge/Cloud/control-plane/tunnel' }, DeletionPolicy: 'Retain' });
});

it.each([0, -1, 1.5, 3651])('refuses %d days', (validDays) => {
  expect(() => Trust.generated({ validDays })).toThrow(`validDays: got ${validDays}, expected a whole number of days, 1 to 3650`);
});
