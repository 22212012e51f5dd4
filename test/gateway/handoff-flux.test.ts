/**
 * What Flux is given. The API server prunes silently what it does not know: every field is compared with the tables of
 * Flux' custom resource definitions.
 */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EksAnywhereTarget, Exposure, Handoff, OidcIssuer } from '../../src';
import { fluxObjects } from '../../src/gateway/private/handoff/flux-objects';
import { testControlPlane, testFactory, testStack, writtenHandoff } from './sample';

/** Field → type, `!` where it is required; source-controller 1.4 to 1.7 and kustomize-controller 1.4 to 1.7. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'source.toolkit.fluxcd.io/v1 Bucket': {
    bucketName: 'string!',
    certSecretRef: 'object',
    endpoint: 'string!',
    ignore: 'string',
    insecure: 'boolean',
    interval: 'duration!',
    prefix: 'string',
    provider: 'string',
    proxySecretRef: 'object',
    region: 'string',
    secretRef: 'object',
    sts: 'object',
    suspend: 'boolean',
    timeout: 'duration',
  },
  'kustomize.toolkit.fluxcd.io/v1 Kustomization': {
    commonMetadata: 'object',
    components: 'array',
    decryption: 'object',
    deletionPolicy: 'string',
    dependsOn: 'array',
    force: 'boolean',
    healthChecks: 'array',
    images: 'array',
    interval: 'duration!',
    kubeConfig: 'object',
    namePrefix: 'string',
    nameSuffix: 'string',
    patches: 'array',
    path: 'string',
    postBuild: 'object',
    prune: 'boolean!',
    retryInterval: 'duration',
    serviceAccountName: 'string',
    sourceRef: 'object!',
    suspend: 'boolean',
    targetNamespace: 'string',
    timeout: 'duration',
    wait: 'boolean',
  },
};

const SOURCE = {
  name: 'factory',
  namespace: 'flux-system',
  bucketName: 'handoff',
  region: 'eu-central-1',
  urlSuffix: 'amazonaws.com',
  prefix: 'Cloud/factory/planes/',
};

describe.each([
  ['a role', { roleArn: 'arn:aws:iam::111122223333:role/flux' }],
  ['a secret', { credentialsSecret: 'handoff-reader' }],
])('with %s', (_title, identity) => {
  const objects = fluxObjects({ ...SOURCE, ...identity });

  it.each(Object.keys(FIELDS))('%s has known fields of the right type, and all that are required', (type) => {
    const [{ spec }] = objects.filter(({ apiVersion, kind }) => `${apiVersion} ${kind}` === type) as any[];
    for (const [field, value] of Object.entries<any>(spec)) {
      const expected = FIELDS[type][field]?.replace('!', '');
      expect([field, expected === 'duration' && /^([0-9]+(ms|s|m|h))+$/.test(value) ? 'duration' : typeof value]).toEqual([
        field,
        expected,
      ]);
    }
    for (const field of Object.keys(FIELDS[type]).filter((name) => FIELDS[type][name].endsWith('!'))) {
      expect(Object.keys(spec)).toContain(field);
    }
  });

  it('applies the files below the prefix of the site, and prunes removed objects', () => {
    const [bucket, kustomization] = objects.slice(-2) as any[];
    expect(bucket.spec).toMatchObject({ provider: 'aws', endpoint: 's3.eu-central-1.amazonaws.com', prefix: 'Cloud/factory/planes/' });
    expect(kustomization.spec).toMatchObject({
      path: './Cloud/factory/planes',
      prune: true,
      sourceRef: { kind: 'Bucket', name: bucket.metadata.name },
    });
    expect(bucket.metadata.namespace).toBe(kustomization.metadata.namespace);
  });
});

it('authenticates with the service account of the controller if a role is given, and with the secret otherwise', () => {
  expect(fluxObjects({ ...SOURCE, roleArn: 'arn' })[0]).toMatchObject({
    kind: 'ServiceAccount',
    metadata: { name: 'source-controller', annotations: { 'eks.amazonaws.com/role-arn': 'arn' } },
  });
  const [bucket] = fluxObjects({ ...SOURCE, credentialsSecret: 'handoff-reader' }) as any[];
  expect(bucket).toMatchObject({ kind: 'Bucket', spec: { secretRef: { name: 'handoff-reader' } } });
});

describe('a site that Flux synchronizes', () => {
  const stack = testStack();
  const site = new Handoff(stack, 'Handoff').addSite('Factory');
  const issuer = new OidcIssuer(stack, 'Issuer', { bucketName: 'acme-factory-tokens' });
  site.syncWithFlux({ issuer });
  const options = { exposure: Exposure.nodePort(), imageRepository: 'registry.acme.example/hybridge', site };
  testControlPlane(stack).addDataPlane('FactoryPlane', { target: EksAnywhereTarget.cluster(testFactory(stack.node.root as App), options) });

  it('gets one file to apply once, in addition to those that Flux fetches', () => {
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('Custom::HybridgeHandoffFiles'));
    expect(Properties.Files.map(({ Path }: any) => Path)).toEqual([
      'flux.yaml',
      'planes/factory-plane/1-foundation.k8s.yaml',
      'planes/factory-plane/3-plane.k8s.yaml',
      'clusters/Factory/cluster.yaml',
      'clusters/Factory/hardware.csv',
    ]);
    expect(JSON.stringify(Properties.Index)).toContain('\\"fluxFiles\\":[\\"flux.yaml\\"]');
  });

  it('shows it in cdk.out and in the topology', () => {
    const { entry, texts } = writtenHandoff(stack);
    expect(entry).toEqual({ site: 'factory', folder: 'handoff/factory', files: ['flux.yaml'] });
    expect(texts['flux.yaml']).toMatch(/bucketName: "?\$\{HandoffBucket\w+\}"?\n/);
  });

  it('gives Flux the manifests only: neither files of clusters nor secrets', () => {
    const role = issuer.node.findChild('FactoryFlux') as iam.Role;
    const { Ref: id } = stack.resolve((role.node.defaultChild as iam.CfnRole).ref);
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      Properties.Roles.some(({ Ref }: any) => Ref === id),
    );
    expect(policy.Properties.PolicyDocument.Statement).toEqual([
      { Action: 's3:GetObject', Effect: 'Allow', Resource: { 'Fn::Join': ['', [expect.anything(), '/Cloud/factory/planes/*']] } },
      {
        Action: 's3:ListBucket',
        Effect: 'Allow',
        Resource: expect.anything(),
        Condition: { StringLikeIfExists: { 's3:prefix': 'Cloud/factory/planes/*' } },
      },
    ]);
  });
});

it.each<[string, (site: ReturnType<Handoff['addSite']>) => void, string]>([
  ['no identity', (site) => site.syncWithFlux({}), 'syncWithFlux got neither issuer nor credentialsSecret'],
  [
    'two identities',
    (site) => site.syncWithFlux({ issuer: new OidcIssuer(site, 'Issuer', { bucketName: 'acme-tokens' }), credentialsSecret: 'key' }),
    'syncWithFlux got both issuer and credentialsSecret',
  ],
  ['a namespace that is none', (site) => site.syncWithFlux({ credentialsSecret: 'key', namespace: 'Flux' }), 'namespace: got "Flux"'],
  [
    'a second time',
    (site) => [1, 2].forEach(() => site.syncWithFlux({ credentialsSecret: 'key' })),
    'the site factory has a flux.yaml already',
  ],
])('refuses %s', (_title, sync, message) => {
  expect(() => sync(new Handoff(testStack(), 'Handoff').addSite('Factory'))).toThrow(message);
});
