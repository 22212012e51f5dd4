import { Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { BareMetalCluster, OidcIssuer } from '../../../src';
import { discoveryDocument, issuerBucket, issuerUrl } from '../../../src/eksa/issuer/discovery';
import { testApp, testStack } from '../../gateway/sample';
import { bareMetal, newApp, synthesized } from '../sample';

const ISSUER = 's3.eu-central-1.amazonaws.com/acme-factory-tokens';

describe('an issuer', () => {
  const stack = testStack();
  const issuer = new OidcIssuer(stack, 'Issuer', { bucketName: 'acme-factory-tokens' });
  const role = issuer.createRole('Collector', { namespace: 'observability', serviceAccount: 'collector' });
  const template = Template.fromStack(stack);

  it('has a URL that is known at synth, so that the cluster can name it', () => {
    expect(issuer.issuerUrl).toBe(`https://${ISSUER}`);
    const app = newApp();
    new BareMetalCluster(app, 'Factory', bareMetal({ serviceAccountIssuer: issuer.issuerUrl }));
    expect(parse(synthesized(app, 'Factory/cluster.yaml').split('---\n')[0]).spec.podIamConfig).toEqual({
      serviceAccountIssuer: `https://${ISSUER}`,
    });
  });

  it('makes only its two documents public, over TLS', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'acme-factory-tokens',
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: false,
        RestrictPublicBuckets: false,
      },
    });
    const [policy] = Object.values(template.findResources('AWS::S3::BucketPolicy'));
    const open = policy.Properties.PolicyDocument.Statement.filter(
      ({ Effect, Principal }: any) => Effect === 'Allow' && Principal.AWS === '*',
    );
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({ Action: 's3:GetObject', Resource: [expect.anything(), expect.anything()] });
    expect(JSON.stringify(open[0].Resource)).toMatch(/"\/\.well-known\/openid-configuration".*"\/keys\.json"/);
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]),
      },
    });
  });

  it('keeps replaced documents for 90 days', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          {
            NoncurrentVersionExpiration: { NoncurrentDays: 90 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            Status: 'Enabled',
          },
        ],
      },
    });
  });

  it('publishes the discovery document and keeps the published keys', () => {
    template.hasResourceProperties('Custom::CDKBucketDeployment', {
      Prune: false,
      RetainOnDelete: true,
      SystemMetadata: { 'content-type': 'application/json' },
    });
  });

  it('is trusted by IAM for tokens with the audience STS, once the documents are published', () => {
    template.hasResource('AWS::IAM::OIDCProvider', {
      Properties: { Url: `https://${ISSUER}`, ClientIdList: ['sts.amazonaws.com'] },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('IssuerDocuments')]),
    });
  });

  it('creates a role that only one service account can assume', () => {
    const trust = stack.resolve(role.assumeRolePolicy);
    expect(trust.Statement).toEqual([
      {
        Action: 'sts:AssumeRoleWithWebIdentity',
        Effect: 'Allow',
        Principal: { Federated: expect.anything() },
        Condition: {
          StringEquals: { [`${ISSUER}:sub`]: 'system:serviceaccount:observability:collector', [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
        },
      },
    ]);
  });

  it('keeps its documents when the stack is removed', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
  });
});

it('writes a discovery document with the fields that OpenID Connect Discovery requires', () => {
  expect(discoveryDocument('https://issuer.example')).toMatchObject({
    issuer: 'https://issuer.example',
    jwks_uri: 'https://issuer.example/keys.json',
    id_token_signing_alg_values_supported: ['RS256'],
  });
});

it.each([
  ['eu-central-1', 'acme-tokens'],
  ['cn-north-1', 'acme-tokens'],
])('finds the bucket in %s again from its URL', (region, bucketName) => {
  expect(issuerBucket(issuerUrl(region, bucketName))).toEqual({ region, bucketName });
});

it.each(['https://issuer.example', 'http://s3.eu-central-1.amazonaws.com/a-bucket', 'https://s3.eu-central-1.amazonaws.com/a-bucket/'])(
  'finds no bucket in %s',
  (url) => {
    expect(issuerBucket(url)).toBeUndefined();
  },
);

it.each<[string, () => unknown, string]>([
  [
    'a stack without region',
    () => new OidcIssuer(new Stack(testApp(), 'Anywhere'), 'Issuer', { bucketName: 'tokens' }),
    'scope: got stack Anywhere, whose region is known only after deployment, expected a region',
  ],
  [
    'a name known after deployment',
    () => new OidcIssuer(testStack(), 'Issuer', { bucketName: Lazy.string({ produce: () => 'x' }) }),
    'bucketName: got a value known only after deployment, expected a plain value',
  ],
  [
    'a name with capitals',
    () => new OidcIssuer(testStack(), 'Issuer', { bucketName: 'Tokens' }),
    'Issuer: bucketName: got "Tokens", expected 3 to 63',
  ],
  ['a name with dots', () => new OidcIssuer(testStack(), 'Issuer', { bucketName: 'acme.tokens' }), 'bucketName: got "acme.tokens"'],
  [
    'an invalid service account',
    () => new OidcIssuer(testStack(), 'Issuer', { bucketName: 'tokens' }).createRole('Role', { namespace: 'a', serviceAccount: 'A b' }),
    'Issuer: serviceAccount: got "A b", expected at most 63',
  ],
])('rejects %s', (_title, make, message) => {
  expect(make).toThrow(message);
});
