/** What a rollback and a deletion cannot take back, in small templates; and failures at each resource, tried one by one. */
import { deploymentOf } from '../../projenrc/checks/rehearsal/deployment';
import { rehearseCreation } from '../../projenrc/checks/rehearsal/rehearse';
import { rehearseRemoval } from '../../projenrc/checks/rehearsal/removal';
import type { TemplateResource } from '../../projenrc/checks/rehearsal/world/assembly';
import { att, ref, worldOf } from './rehearsal/small-templates';
import type { Resources } from './rehearsal/small-templates';

function removing(resources: Resources): readonly string[] {
  const world = worldOf(resources);
  return rehearseRemoval(world, deploymentOf(world)).map(({ scenario, rule }) => `${scenario}/${rule}`);
}

const bucket = (more: Partial<TemplateResource> = {}): TemplateResource => ({ Type: 'AWS::S3::Bucket', Properties: {}, ...more });
const custom = (type: string, Properties: object, dependsOn: readonly string[] = []): TemplateResource => ({
  Type: type, Properties: {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:f',
    ServiceTimeout: '600',
    ...Properties,
  } as never, DependsOn: dependsOn,
});
const database = (more: object, policy?: string): TemplateResource => ({
  Type: 'AWS::RDS::DBCluster', Properties: { ...more }, ...(policy && { DeletionPolicy: policy }),
});
const writer = (dependsOn: readonly string[] = []) => custom(
  'Custom::CDKBucketDeployment',
  { DestinationBucketName: ref('Bucket') },
  dependsOn,
);
const cleaner = custom('Custom::S3AutoDeleteObjects', { BucketName: ref('Bucket') });

describe('taken back', () => {
  it.each([
    [
      'a protected database',
      { Database: database({ DeletionProtection: true }) },
      { Database: database({ DeletionProtection: false }) },
      ['rollback/protected'],
    ],
    [
      'one that leaves a snapshot',
      { Database: database({ DeletionProtection: true }, 'Snapshot') },
      { Database: database({}, 'Snapshot') },
      ['rollback/protected'],
    ],
    [
      'a protected cluster that only its creation may delete',
      { Cluster: { Type: 'AWS::EKS::Cluster', Properties: { DeletionProtection: true }, DeletionPolicy: 'RetainExceptOnCreate' } },
      { Cluster: { Type: 'AWS::EKS::Cluster', Properties: { DeletionProtection: true }, DeletionPolicy: 'Retain' } },
      ['rollback/protected'],
    ],
    [
      'a protected load balancer',
      {
        Balancer: {
          Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
          Properties: { LoadBalancerAttributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }] },
        },
      },
      { Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: {} } },
      ['rollback/protected'],
    ],
    ['a bucket that a handler fills', { Bucket: bucket(), Files: writer() }, { Bucket: bucket(), Clean: cleaner, Files: writer(['Clean']) },
      ['rollback/bucket-not-empty', 'delete/bucket-not-empty']],
    ['a bucket that is emptied too late', { Bucket: bucket(), Clean: cleaner, Files: writer() }, {
      Bucket: bucket(),
      Clean: cleaner,
      Files: writer(['Clean']),
    },
    ['rollback/cleaner-before-writer', 'delete/cleaner-before-writer']],
    [
      'a bucket of logs',
      {
        Bucket: bucket(),
        Balancer: {
          Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
          Properties: { LoadBalancerAttributes: [{ Key: 'access_logs.s3.bucket', Value: ref('Bucket') }] },
        },
      },
      {
        Bucket: bucket({ DeletionPolicy: 'Retain' }),
        Balancer: {
          Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
          Properties: { LoadBalancerAttributes: [{ Key: 'access_logs.s3.bucket', Value: ref('Bucket') }] },
        },
      },
      ['rollback/bucket-not-empty', 'delete/bucket-not-empty'],
    ],
    [
      'a name that is kept',
      { Bucket: bucket({ Properties: { BucketName: 'acme-tokens' }, DeletionPolicy: 'Retain' }) },
      { Bucket: bucket({ Properties: { BucketName: 'acme-tokens' }, DeletionPolicy: 'RetainExceptOnCreate' }) },
      ['rollback/name-stays'],
    ],
    [
      'a handler without limit',
      { Thing: custom('Custom::Thing', { ServiceTimeout: undefined }) },
      { Thing: custom('Custom::Thing', {}) },
      ['rollback/no-service-timeout'],
    ],
    [
      'the key of a snapshot',
      { Key: { Type: 'AWS::KMS::Key', Properties: {} }, Database: database({ KmsKeyId: att('Key') }, 'Snapshot') },
      {
        Key: { Type: 'AWS::KMS::Key', Properties: {}, DeletionPolicy: 'RetainExceptOnCreate' },
        Database: database({ KmsKeyId: att('Key') }, 'Snapshot'),
      },
      ['delete/key-of-kept-data'],
    ],
  ] satisfies readonly [string, object, object, readonly string[]][])('%s', (_, broken, mended, rules) => {
    expect(removing(broken as Resources)).toEqual(rules);
    expect(removing(mended as Resources)).toEqual([]);
  });
});

/**
 * Every state in which a failure can leave a stack: whatever is closed under dependencies. CloudFormation deletes what
 * nothing that exists depends on, in any order. @returns resources that were deleted while `need` of theirs was gone
 */
function deletedWithoutNeed(dependencies: Readonly<Record<string, readonly string[]>>, consumer: string, need: string): boolean {
  const ids = Object.keys(dependencies);
  const states = Array.from({ length: 2 ** ids.length }, (_, bits) => new Set(ids.filter((__, at) => bits & 2 ** at)));
  const reachable = states.filter((state) => [...state].every((id) => dependencies[id]!.every((other) => state.has(other))));
  // From each such state every deletable resource may go first, which again is such a state.
  return reachable.some((state) => state.has(consumer) && !state.has(need));
}

describe('a failure at any resource', () => {
  const role: TemplateResource = { Type: 'AWS::IAM::Role', Properties: {} };
  const graphs: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['with a policy that nothing orders', [], []],
    ['with a function after its policy', ['Policy'], []],
    ['with a custom resource after the policy', [], ['Policy']],
  ];

  it.each(graphs)('leaves a deletable stack exactly when the pairs are ordered: %s', (_, ofHandler, ofThing) => {
    const resources: Resources = {
      Role: role,
      Policy: { Type: 'AWS::IAM::Policy', Properties: { Roles: [ref('Role')] } },
      Handler: { Type: 'AWS::Lambda::Function', Properties: { Role: att('Role') } as never, DependsOn: ofHandler },
      Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: att('Handler') } as never, DependsOn: ofThing },
    };
    const world = worldOf(resources);
    const dependencies = Object.fromEntries(world.resources.map(({ id, dependencies: keys }) => [
      id,
      keys.map((key) => key.replace('S/', '')),
    ]));
    const isFound = rehearseCreation(world).findings.some(({ rule }) => rule === 'policy-before-call');
    expect(isFound).toBe(deletedWithoutNeed(dependencies, 'Thing', 'Policy'));
    expect(deletedWithoutNeed(dependencies, 'Thing', 'Handler')).toBe(false);
  });
});
