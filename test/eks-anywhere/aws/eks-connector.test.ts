import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { k8s } from 'cdk8s-plus-27';
import { parseAllDocuments } from 'yaml';
import { BareMetalCluster, EksConnector, EksConnectorProps } from '../../../src';
import { testStack } from '../../gateway/sample';
import { bareMetal, everything, synthesized } from '../sample';

const OPERATORS = 'arn:aws:iam::123456789012:role/operators';

function connected(props: Partial<EksConnectorProps> = {}) {
  const stack = testStack();
  const cluster = new BareMetalCluster(stack.node.root as App, 'Factory', bareMetal());
  return { stack, connector: new EksConnector(stack, 'Connector', { cluster, ...props }) };
}

function manifests(props: Partial<EksConnectorProps> = {}): any[] {
  const { stack } = connected(props);
  return parseAllDocuments(synthesized(stack.node.root as App, 'Factory/eks-connector.yaml')).map((document) => document.toJS());
}

describe('in the template', () => {
  const { stack, connector } = connected();
  const template = Template.fromStack(stack);

  it('registers the cluster by a function that gets the name of the secret, not its content', () => {
    template.hasResource('Custom::HybridgeEksConnector', {
      Properties: {
        ClusterName: 'factory',
        Region: 'eu-central-1',
        Registration: '1',
        SecretArn: { Ref: Match.stringLikeRegexp('ConnectorActivation') },
        RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('AgentRole'), 'Arn'] },
      },
    });
    template.hasResourceProperties('AWS::SecretsManager::Secret', { Name: 'hybridge/Cloud/factory/eks-connector' });
  });

  it('exposes the ARN of the cluster and the expiry of the activation, but not the activation', () => {
    expect(stack.resolve([connector.registeredClusterArn, connector.activationExpiry])).toEqual(
      ['ClusterArn', 'ActivationExpiry'].map((attribute) => ({
        'Fn::GetAtt': [expect.stringMatching('ConnectorRegistration'), attribute],
      })),
    );
  });

  it('allows the function only the calls that it makes, on this cluster, this role and this secret', () => {
    const statements = policyOf(template, 'Registrar').filter(({ Action }) => !JSON.stringify(Action).includes('logs:'));
    const ofThisStack = (service: string) => ({
      StringEquals: { [service === 'aws' ? 'aws:ResourceTag/hybridge:stack' : 'ssm:resourceTag/hybridge:stack']: { Ref: 'AWS::StackId' } },
    });
    expect(
      statements.map(({ Action, Resource, Condition }) => [
        Action,
        typeof Resource === 'string' ? Resource : JSON.stringify(Resource).replace(/ConnectorAgentRole\w+/, 'AgentRole'),
        Condition,
      ]),
    ).toEqual([
      [['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], expect.stringContaining('ConnectorActivation'), undefined],
      [['eks:DescribeCluster', 'eks:TagResource'], expect.stringContaining(':cluster/factory'), undefined],
      ['eks:DeregisterCluster', expect.stringContaining(':cluster/factory'), ofThisStack('aws')],
      [['eks:RegisterCluster', 'ssm:CreateActivation', 'ssm:DeleteActivation'], '*', undefined],
      ['ssm:DeregisterManagedInstance', expect.stringContaining(':cluster/factory'), undefined],
      ['ssm:DeregisterManagedInstance', expect.stringContaining(':managed-instance/*'), ofThisStack('ssm')],
      ['iam:PassRole', '{"Fn::GetAtt":["AgentRole","Arn"]}', undefined],
      [
        'iam:CreateServiceLinkedRole',
        expect.stringContaining(':role/aws-service-role/eks-connector.amazonaws.com/AWSServiceRoleForAmazonEKSConnector'),
        { StringEquals: { 'iam:AWSServiceName': 'eks-connector.amazonaws.com' } },
      ],
    ]);
  });

  it('lets the agents open their channels, and only Systems Manager assume their role', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'ssm.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': Match.anyValue() }, ArnEquals: { 'aws:SourceArn': Match.anyValue() } },
        }],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              { Action: 'ssmmessages:CreateControlChannel', Effect: 'Allow' },
              {
                Action: ['ssmmessages:CreateDataChannel', 'ssmmessages:OpenDataChannel', 'ssmmessages:OpenControlChannel'],
                Effect: 'Allow',
                Resource: '*',
              },
            ],
          },
        },
      ],
    });
  });

  it('changes only with the number of the registration', () => {
    Template.fromStack(connected({ registration: 2 }).stack).hasResourceProperties('Custom::HybridgeEksConnector', { Registration: '2' });
  });
});

describe('eks-connector.yaml', () => {
  const objects = manifests({ consoleUsers: [OPERATORS], secretStore: 'aws-secrets-manager' });

  it('is what the snapshot shows', () => {
    const { stack } = connected({ consoleUsers: [OPERATORS], secretStore: 'aws-secrets-manager' });
    expect(synthesized(stack.node.root as App, 'Factory/eks-connector.yaml')).toMatchSnapshot();
  });

  it('runs on the control plane nodes where there are no others, on x86 only', () => {
    const { spec } = objects.find(({ kind }) => kind === 'StatefulSet').spec.template;
    expect(spec.tolerations).toContainEqual({ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' });
    expect(spec.nodeSelector).toEqual({ 'kubernetes.io/arch': 'amd64' });
  });

  it('takes the activation from the Secret that External Secrets fills', () => {
    const secret = objects.find(({ kind }) => kind === 'ExternalSecret');
    expect(secret.spec.data).toEqual(
      ['id', 'code', 'region'].map((key) => ({
        secretKey: key,
        remoteRef: { key: 'hybridge/Cloud/factory/eks-connector', property: key },
      })),
    );
    const [init] = objects.find(({ kind }) => kind === 'StatefulSet').spec.template.spec.initContainers;
    expect(init.env.slice(1).map(({ valueFrom }: any) => valueFrom.secretKeyRef)).toEqual(
      ['id', 'code', 'region'].map((key) => ({ name: secret.spec.target.name, key })),
    );
  });

  it('contains no ExternalSecret without a store: an operator creates the Secret', () => {
    expect(manifests().map(({ kind }) => kind)).not.toContain('ExternalSecret');
  });

  it('lets console users read all but Secrets, and lets the agents impersonate only these users', () => {
    const roles = objects.filter(({ kind }) => kind === 'ClusterRole');
    expect(roles.find(({ metadata }) => metadata.name === 'eks-connector-service').rules).toEqual([
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: [OPERATORS] },
    ]);
    const { rules } = roles.find(({ metadata }) => metadata.name === 'eks-connector-console-reader');
    expect(rules.flatMap(({ resources }: any) => resources)).not.toContain('secrets');
    expect(new Set(rules.flatMap(({ verbs }: any) => verbs))).toEqual(new Set(['get', 'list']));
  });

  it('gives no console access by default', () => {
    expect(
      manifests()
        .filter(({ kind }) => kind === 'ClusterRole')
        .map(({ metadata }) => metadata.name),
    ).toEqual(['eks-connector-cluster-meta-access']);
  });

  const kinds: Readonly<Record<string, { manifest(props: any): any }>> = {
    ClusterRole: k8s.KubeClusterRole,
    ClusterRoleBinding: k8s.KubeClusterRoleBinding,
    ConfigMap: k8s.KubeConfigMap,
    Namespace: k8s.KubeNamespace,
    NetworkPolicy: k8s.KubeNetworkPolicy,
    PodDisruptionBudget: k8s.KubePodDisruptionBudget,
    Role: k8s.KubeRole,
    RoleBinding: k8s.KubeRoleBinding,
    Secret: k8s.KubeSecret,
    ServiceAccount: k8s.KubeServiceAccount,
    StatefulSet: k8s.KubeStatefulSet,
  };
  it.each(
    objects
      .filter(({ kind }) => kind !== 'ExternalSecret')
      .map((object): [string, any] => [`${object.kind} ${object.metadata.name}`, object]),
  )('%s has fields of Kubernetes only', (_title, object) => {
    const { apiVersion, kind, ...fields } = object;
    // cdk8s-plus spells one field differently and wraps quantities.
    const spelled = JSON.parse(
      JSON.stringify(fields)
        .replace('nonResourceURLs', 'nonResourceUrLs')
        .replace(/"(sizeLimit|maxUnavailable|port)":("\w+"|\d+)/g, '"$1":{"value":$2}'),
    );
    expect(kinds[kind].manifest(spelled)).toEqual(object);
  });

  it('contains no activation, and neither does any other file', () => {
    const { stack } = connected({ secretStore: 'store' });
    expect(everything((stack.node.root as App).synth().directory)).not.toMatch(/activationCode|"SecretString"/);
  });
});

it.each([
  ['a name that EKS refuses', { registeredName: 'fac tory' }, 'registeredName: got "fac tory", expected at most 100'],
  ['a registration below 1', { registration: 0 }, 'registration: got 0, expected a whole number, at least 1'],
  ['a person by name', { consoleUsers: ['alice'] }, 'consoleUsers[0]: got "alice", expected the ARN'],
  ['an invalid store', { secretStore: 'A B' }, 'secretStore: got "A B"'],
] as const)('rejects %s', (_title, props, message) => {
  expect(() => connected(props as Partial<EksConnectorProps>)).toThrow(message);
});

it('rejects a second connector for one cluster', () => {
  const { stack } = connected();
  const cluster = new BareMetalCluster(stack, 'Plant', bareMetal());
  new EksConnector(stack, 'First', { cluster });
  expect(() => new EksConnector(stack, 'Second', { cluster })).toThrow(/^Cloud\/Second: id: got .* is the secret of Cloud\/First/);
  expect(() => new EksConnector(new Stack(stack.node.root as App, 'Other'), 'Third', { cluster })).toThrow(
    /^Other\/Third: cluster: got one that has eks-connector\.yaml already, expected another/,
  );
});

function policyOf(template: Template, name: string): { Action: unknown; Resource: unknown; Condition?: unknown }[] {
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.includes(name))
    .map(([, resource]) => resource);
  return policy.Properties.PolicyDocument.Statement;
}
