import { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { secretReadStatements } from '../../../src/private/secrets/access';
import { testApp, testStack } from '../../gateway/sample';

function statementsFor(secret: secretsmanager.ISecret, plane: Stack): any[] {
  const mount = {
    name: 'tunnel',
    path: '/etc/hybridge/cluster',
    secret,
    secretName: 'gateways/tunnel',
    secretType: 'Opaque',
    files: [],
  } as const;
  return secretReadStatements('cluster', mount, plane).map((statement) => plane.resolve(statement.toStatementJson()));
}

it('is one secret, encrypted with the key of AWS', () => {
  const stack = testStack();
  expect(statementsFor(secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'gateways/tunnel'), stack)).toEqual([
    {
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      Resource: {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':secretsmanager:eu-central-1:', { Ref: 'AWS::AccountId' }, ':secret:gateways/tunnel-??????'],
        ],
      },
    },
  ]);
});

it('is also the secret\'s own key, for Secrets Manager in the secret\'s region only', () => {
  const app = testApp();
  const stack = testStack('eu-central-1', app);
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab');
  const secret = secretsmanager.Secret.fromSecretAttributes(stack, 'Secret', {
    secretCompleteArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:gateways/tunnel-AbCdEf',
    encryptionKey,
  });
  const [, decrypt] = statementsFor(secret, testStack('us-east-1', app, 'Virginia'));
  expect(decrypt).toEqual({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: encryptionKey.keyArn,
    Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.eu-central-1.', { Ref: 'AWS::URLSuffix' }]] } } },
  });
});

it('is refused in another account, where neither policy nor key would let the plane in', () => {
  const app = testApp();
  const owner = new Stack(app, 'Owner', { env: { account: '111122223333', region: 'eu-central-1' } });
  const plane = new Stack(app, 'Plane', { env: { account: '444455556666', region: 'eu-central-1' } });
  expect(() => statementsFor(secretsmanager.Secret.fromSecretNameV2(owner, 'Secret', 'gateways/tunnel'), plane)).toThrow(
    "target: the cluster is in account 444455556666, expected 111122223333, where the plane's secrets are: choose "
      + 'a cluster of that account, or declare the plane in an app for 444455556666 with' +
      ' GatewayControlPlane.fromAttributes() and secrets of its own',
  );
});
