/** The policy over templates against the same policy as Guard text, over random resources, and what only ours can read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationValidatePlugin } from 'aws-cdk-lib';
import type { IPolicyValidationContext } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { TEMPLATE_RULES, templateBreaches } from '../../../src/private/policy/templates/template-rules';
import { disguised, resource } from './arbitrary-resources';
import { guardText, policyId } from './guard-text';

/** `rule logical-id` → locations. */
type Findings = ReadonlyMap<string, readonly string[]>;
interface Resource {
  readonly Type: string;
  readonly Properties?: unknown;
}

/** The failing resource is named: nothing to shrink. */
const RUNS = { numRuns: 8, endOnFailure: true };

const folder = mkdtempSync(join(tmpdir(), 'policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const named = (resources: readonly Resource[]) => Object.fromEntries(resources.map((each, index) => [`R${index}`, each]));

function ours(resources: readonly Resource[]): Findings {
  const found = templateBreaches({ Resources: named(resources) });
  return new Map(found.map(({ rule, logicalId, locations }) => [`${rule.id} ${logicalId}`, locations]));
}

/** Also runs the engine's schemas, whose findings are left out. */
const engine = new CloudFormationValidatePlugin({ guardRules: [{ name: 'policy', content: guardText() }], includeDefaultRules: false });

function guards(resources: readonly Resource[]): Findings {
  const templatePath = join(folder, 'Stack.template.json');
  writeFileSync(templatePath, JSON.stringify({ Resources: named(resources) }));
  const context = { stackTemplates: [{ stackConstructPath: 'Stack', templatePath }] } as unknown as IPolicyValidationContext;
  const { violations } = engine.validate(context);
  const findings = new Map<string, string[]>();
  for (const { ruleName, violatingResources } of violations) {
    const id = policyId(ruleName);
    if (id === undefined) continue;
    for (const { resourceLogicalId, locations } of violatingResources) {
      const key = `${id} ${resourceLogicalId}`;
      findings.set(key, [...findings.get(key) ?? [], ...locations]);
    }
  }
  return findings;
}

/** Guard names what is above a missing property, or one entry of a list that lacks another: the same place, less or more exactly. */
const isSamePlace = (one: string, other: string) => `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`);
/** For these, Guard names the good entries beside the bad one. */
const NAMES_MORE = ['LAMBDA_PLAINTEXT_SECRET'];

/** What only one of the two finds, with the resource. */
function differences(mine: Findings, guard: Findings, resources: readonly unknown[]): string[] {
  const shown = (key: string) => `${key}: ${JSON.stringify(resources[Number(key.split(' R')[1])])}`;
  return [
    ...[...mine.keys()].filter((key) => !guard.has(key)).map((key) => `the policy alone: ${shown(key)}`),
    ...[...guard.keys()].filter((key) => !mine.has(key)).map((key) => `Guard alone: ${shown(key)}`),
  ];
}

function otherPlaces(mine: Findings, guard: Findings): string[] {
  return [...mine].flatMap(([key, places]) => {
    const known = guard.get(key) ?? [];
    const beside = (some: readonly string[], others: readonly string[]) =>
      some.filter((place) => !others.some((each) => isSamePlace(each, place)));
    const isLess = NAMES_MORE.some((id) => key.startsWith(id));
    return [...isLess ? [] : beside(known, places), ...beside(places, known)].map((place) => `${key}: ${place}`);
  });
}

describe('the policy over templates', () => {
  it('finds what Guard finds, in the same resources and properties', () => {
    fc.assert(fc.property(fc.array(resource, { minLength: 100, maxLength: 100 }), (resources) => {
      const [mine, guard] = [ours(resources), guards(resources)];
      expect(differences(mine, guard, resources)).toEqual([]);
      expect(otherPlaces(mine, guard)).toEqual([]);
    }), RUNS);
  });

  it('finds each rule broken and kept in the random resources', () => {
    const resources = fc.sample(resource, { numRuns: 3000, seed: 1 });
    const broken = new Set([...ours(resources).keys()].map((key) => key.split(' ')[0]));
    expect([...broken].sort()).toEqual(TEMPLATE_RULES.map(({ id }) => id).sort());
    for (const { id, types } of TEMPLATE_RULES) {
      const judged = resources.filter(({ Type }) => types.includes(Type));
      expect(judged.some((each) => ours([each]).get(`${id} R0`) === undefined), id).toBe(true);
    }
  });

  it('finds the same when values are chosen by conditions, written as text, or not in a list', () => {
    fc.assert(fc.property(fc.array(disguised, { minLength: 100, maxLength: 100 }), (pairs) => {
      const [mine, guard] = [ours(pairs.map(({ hidden }) => hidden)), guards(pairs.map(({ plain }) => plain))];
      expect(differences(mine, guard, pairs)).toEqual([]);
    }), RUNS);
  });
});

/** What Guard cannot read: conditions, text for numbers, one entry without a list, a resource without properties. */
const READ_BY_US: readonly (readonly [title: string, type: string, properties: unknown, expected: readonly string[]])[] = [
  [
    'a value that a condition chooses',
    'AWS::RDS::DBCluster',
    { StorageEncrypted: { 'Fn::If': ['IsProduction', true, false] } },
    ['RDS_UNENCRYPTED Properties.StorageEncrypted'],
  ],
  ['a value that is the same in every case', 'AWS::RDS::DBCluster', { StorageEncrypted: { 'Fn::If': ['IsProduction', true, 'true'] } }, []],
  [
    'values that one condition chooses together',
    'AWS::EKS::Nodegroup',
    {
      AmiType: { 'Fn::If': ['HasTemplate', { Ref: 'AWS::NoValue' }, 'AL2023_x86_64_STANDARD'] },
      LaunchTemplate: { 'Fn::If': ['HasTemplate', { Id: 'lt-1' }, { Ref: 'AWS::NoValue' }] },
    },
    [],
  ],
  [
    'a property that a condition leaves out',
    'AWS::EKS::Nodegroup',
    { AmiType: { 'Fn::If': ['IsNew', 'AL2023_x86_64_STANDARD', { Ref: 'AWS::NoValue' }] } },
    ['EKS_AMAZON_LINUX_2 Properties.AmiType'],
  ],
  [
    'a whole list that a condition chooses, with ports as text',
    'AWS::EC2::SecurityGroup',
    { SecurityGroupIngress: { 'Fn::If': ['IsOpen', [{ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: '22', ToPort: '22' }], []] } },
    ['EC2_OPEN_ADMIN_PORT Properties.SecurityGroupIngress.0.ToPort'],
  ],
  [
    'one rule without a list',
    'AWS::EC2::SecurityGroup',
    { SecurityGroupIngress: { CidrIpv6: '::/0', IpProtocol: '-1' } },
    ['EC2_OPEN_ADMIN_PORT Properties.SecurityGroupIngress.IpProtocol'],
  ],
  [
    'one statement without a list, in upper case',
    'AWS::IAM::Policy',
    { PolicyDocument: { Statement: { Effect: 'Allow', Action: 'S3:*', Resource: '*' } } },
    ['IAM_WILDCARD_ACTION Properties.PolicyDocument.Statement.Action'],
  ],
  [
    'one of more conditions than are tried together',
    'AWS::RDS::DBInstance',
    {
      Tags: Array.from({ length: 12 }, (_, index) => ({ Key: { 'Fn::If': [`C${index}`, 'a', 'b'] }, Value: 'x' })),
      StorageEncrypted: { 'Fn::If': ['C11', true, { 'Fn::If': ['C0', false, true] }] },
    },
    ['RDS_UNENCRYPTED Properties.StorageEncrypted'],
  ],
  [
    'a managed policy as text with a reference',
    'AWS::IAM::Role',
    { ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess' }] },
    ['IAM_ADMINISTRATOR Properties.ManagedPolicyArns.0'],
  ],
  ['a name whose end is known', 'AWS::SSM::Parameter', { Name: { 'Fn::Join': ['', ['/', { Ref: 'AWS::StackName' }, '/host']] } }, []],
  [
    'a name that ends like a secret behind a reference',
    'AWS::SSM::Parameter',
    { Name: { 'Fn::Join': ['', ['/', { Ref: 'AWS::StackName' }, '/db-password']] } },
    ['SSM_PLAINTEXT_SECRET Properties.Name'],
  ],
  [
    'a secret whose parts are all written down',
    'AWS::SecretsManager::Secret',
    { SecretString: { 'Fn::Join': ['', ['{"password":', '"x"}']] } },
    ['SECRET_IN_TEMPLATE Properties.SecretString'],
  ],
  ['a secret from a parameter', 'AWS::SecretsManager::Secret', { SecretString: { 'Fn::Sub': '{"password":"${Password}"}' } }, []],
  [
    'a resource without properties',
    'AWS::OpenSearchService::Domain',
    undefined,
    [
      'OPENSEARCH_UNENCRYPTED Properties.EncryptionAtRestOptions.Enabled',
      'OPENSEARCH_UNENCRYPTED Properties.NodeToNodeEncryptionOptions.Enabled',
      'OPENSEARCH_UNENCRYPTED Properties.DomainEndpointOptions.EnforceHTTPS',
    ],
  ],
  ['values of other kinds than the schema has', 'AWS::EC2::SecurityGroup', { SecurityGroupIngress: [null, 'x', 5, [[]]] }, []],
];

it.each(READ_BY_US)('the policy reads %s', (_, Type, Properties, expected) => {
  const found = templateBreaches({ Resources: { R: { Type, ...Properties === undefined ? {} : { Properties } } } });
  expect(found.flatMap(({ rule, locations }) => locations.map((place) => `${rule.id} ${place}`))).toEqual(expected);
});
