import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { GatewayEngine } from '../../src';
import type { ConfigurationHistory } from '../../src';
import { environment, only, testControlPlane, testStack, writtenManifests } from './sample';

const KEY = { HYBRIDGE_HISTORY_KEY_FILE: { value: '/etc/hybridge/history/key' } };

function controlPlaneWith(history?: ConfigurationHistory, stack = testStack()) {
  testControlPlane(stack, { history });
  const manifests = writtenManifests(stack, 'control-plane');
  return { template: Template.fromStack(stack), manifests, nodes: only(manifests, 'Deployment') };
}

const historySettings = (nodes: ReturnType<typeof only>) => (
  Object.fromEntries(Object.entries(environment(nodes)).filter(([name]) => name.startsWith('HYBRIDGE_HISTORY'))));

const objectOf = (manifests: Parameters<typeof only>[0]) => (
  JSON.parse(only(manifests, 'SecretProviderClass', 'control-plane-history').spec.parameters.objects)[0]);

describe('a control plane', () => {
  const { template, manifests, nodes } = controlPlaneWith();

  it('has a key that CloudFormation generates, of the characters and the length of 32 bytes in base64', () => {
    const secrets = Object.values<any>(template.findResources('AWS::SecretsManager::Secret', {
      Properties: { Name: 'hybridge/Cloud/control-plane/history' },
    }));
    expect(secrets).toMatchObject([{
      DeletionPolicy: 'Delete', Properties: { GenerateSecretString: { PasswordLength: 43, ExcludePunctuation: true } },
    }]);
  });

  it.each(['Deployment', 'Job'])('gives every pod the same key as a file, and no text of it: %s', (kind) => {
    const { spec } = only(manifests, kind);
    const [container] = spec.template.spec.containers;
    expect(container.env).toContainEqual({ name: 'HYBRIDGE_HISTORY_KEY_FILE', value: '/etc/hybridge/history/key' });
    expect(container.volumeMounts).toContainEqual(expect.objectContaining({ mountPath: '/etc/hybridge/history', readOnly: true }));
    expect(objectOf(manifests)).toMatchObject({ objectName: 'hybridge/Cloud/control-plane/history', objectAlias: 'key' });
  });

  it('leaves how much is kept to the nodes', () => {
    expect(historySettings(nodes)).toEqual(KEY);
  });
});

it('keeps what history says', () => {
  const { nodes } = controlPlaneWith({ revisions: 500, maxAge: Duration.days(90) });
  expect(historySettings(nodes)).toEqual({
    ...KEY, HYBRIDGE_HISTORY_REVISIONS: { value: '500' }, HYBRIDGE_HISTORY_DAYS: { value: '90' },
  });
});

it('takes an existing secret, whose key of KMS the pods may use for it, and makes none', () => {
  const stack = testStack();
  const key = new Secret(stack, 'Own', { secretName: 'gateways/history', encryptionKey: new Key(stack, 'OwnKey') });
  const { template, manifests, nodes } = controlPlaneWith({ key }, stack);
  expect(historySettings(nodes)).toEqual(KEY);
  expect(objectOf(manifests)).toMatchObject({ objectName: 'gateways/history', objectAlias: 'key' });
  template.resourcePropertiesCountIs('AWS::SecretsManager::Secret', { Name: 'hybridge/Cloud/control-plane/history' }, 0);
  const roles = Object.values<any>(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes('ControlPlaneRole'));
  expect(JSON.stringify(roles)).toContain('"Ref":"Own');
  expect(roles[0].Properties.PolicyDocument.Statement).toContainEqual(expect.objectContaining({ Action: 'kms:Decrypt' }));
});

describe('wrong properties', () => {
  it.each<[ConfigurationHistory, string]>([
    [{ revisions: 0 }, 'history.revisions: got 0, expected a whole number, 1 to 1000000'],
    [{ revisions: 1_000_001 }, 'history.revisions: got 1000001'],
    [{ maxAge: Duration.hours(36) }, 'history.maxAge: got 1 day 12 hours, expected whole days, 1 to 36500'],
    [{ maxAge: Duration.days(0) }, 'history.maxAge: got 0 days, expected whole days, 1 to 36500'],
  ])('are refused: %j', (history, message) => {
    expect(() => testControlPlane(testStack(), { history })).toThrow(message);
  });

  it('are refused: a secret whose name is known only after deployment, or that is elsewhere', () => {
    const stack = testStack();
    const unnamed = { key: new Secret(stack, 'Own') };
    expect(() => testControlPlane(stack, { history: unnamed })).toThrow("history.key: the secret's name is known");
    const other = testStack();
    const key = Secret.fromSecretCompleteArn(other, 'Own', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:history-AbCdEf');
    expect(() => testControlPlane(other, { history: { key } })).toThrow('history.key: the secret is in region us-east-1');
  });

  it('are refused: the settings beside the property', () => {
    const props = { history: { revisions: 5 }, settings: { HYBRIDGE_HISTORY_REVISIONS: '6' } };
    expect(() => testControlPlane(testStack(), props)).toThrow(
      'settings["HYBRIDGE_HISTORY_REVISIONS"]: got "6", but the construct sets it to 5',
    );
  });
});

it('is not for Kong, which has neither key nor settings', () => {
  const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
  expect(() => testControlPlane(testStack(), { engine, history: {} })).toThrow('history: Kong keeps none');
  const stack = testStack();
  testControlPlane(stack, { engine });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/control-plane\/history|HYBRIDGE_HISTORY/);
});
