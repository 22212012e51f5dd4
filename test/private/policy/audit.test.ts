/** What cdk-nag and the table of IAM wildcards say about every example: everything is explained, and no explanation is left over. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ACKNOWLEDGEMENTS, MANAGED_POLICIES } from '../../../src/private/policy/acknowledgements';
import { EXPLAINED_WILDCARDS, referenceText, wildcardsOf } from '../../../src/private/policy/iam-wildcards';
import { manifestBreaches } from '../../../src/private/policy/manifest-rules';

interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly type: string;
}

interface Audit {
  readonly program: string;
  readonly findings: readonly Finding[];
  readonly acknowledgements: readonly { readonly rule: string; readonly path: string; readonly reason: string }[];
}

const ROOT = join(__dirname, '..', '..', '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => existsSync(join(ROOT, 'examples', name, 'app.ts'))).sort();

/** Resources that a program makes itself, with CDK, and what it would have to say about them. */
const OF_THE_PROGRAM: readonly { readonly rule: string; readonly types: readonly string[]; readonly reason: string }[] = [
  { rule: 'NIST.800.53.R5-CloudWatchLogGroupEncrypted', types: ['AWS::Logs::LogGroup'], reason: 'flow logs of a network that stands for one that exists already' },
  { rule: 'NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW', types: ['AWS::EC2::Route'], reason: 'public subnets of such a network' },
  { rule: 'NIST.800.53.R5-IAMNoInlinePolicy', types: ['AWS::IAM::Policy'], reason: 'CDK lets a VPC write its flow logs with a policy of that role' },
  {
    rule: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]', types: ['AWS::IAM::Role'],
    reason: 'what the agent on instances of an ECS cluster does changes with the agent: AWS keeps the policy',
  },
  { rule: 'AwsSolutions-AS3', types: ['AWS::AutoScaling::AutoScalingGroup'], reason: 'instances of an ECS cluster that stands for one that exists already; ECS decides how many there are' },
];

const outputs = mkdtempSync(join(tmpdir(), 'audit-'));
let audits: readonly Audit[];
beforeAll(() => {
  const jobs = EXAMPLES.map((example) => ({ program: join(ROOT, 'examples', example, 'app.ts'), outdir: join(outputs, example), context: { 'aws:cdk:disable-asset-staging': true } }));
  audits = JSON.parse(execFileSync(process.execPath, [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), '--tsconfig', 'examples/tsconfig.json', join(ROOT, 'test', 'setup', 'audit-programs.ts')], {
    cwd: ROOT, encoding: 'utf8', input: JSON.stringify(jobs), maxBuffer: 64 * 1024 * 1024,
    // Not left out: a child would get the variables from before test/setup/environment.ts.
    env: { ...process.env },
  }));
}, 60_000);
afterAll(() => rmSync(outputs, { recursive: true, force: true }));

const auditOf = (example: string) => audits.find(({ program }) => program === join(ROOT, 'examples', example, 'app.ts'))!;
const isNag = (rule: string) => /^(AwsSolutions|NIST\.800\.53\.R5)-/.test(rule);
const covers = (path: string, resource: string) => resource === path || resource.startsWith(`${path}/`);

function policiesOf(example: string): { readonly id: string; readonly document: any }[] {
  const folder = join(outputs, example);
  return readdirSync(folder).filter((file) => file.endsWith('.template.json')).flatMap((file) => {
    const resources = Object.entries<any>(JSON.parse(readFileSync(join(folder, file), 'utf8')).Resources).filter(([, { Type }]) => Type.startsWith('AWS::IAM::'));
    return resources.flatMap(([id, { Properties: { Policies = [], PolicyDocument } }]) => [
      ...Policies.map((policy: any) => ({ id: `${file} ${id}`, document: policy.PolicyDocument })),
      ...PolicyDocument ? [{ id: `${file} ${id}`, document: PolicyDocument }] : [],
    ]);
  });
}

describe.each(EXAMPLES)('examples/%s', (example) => {
  it('has no finding of AwsSolutions or NIST 800-53 r5 that nobody acknowledged', () => {
    const { findings, acknowledgements } = auditOf(example);
    const unexplained = findings
      .filter(({ rule, path }) => !acknowledgements.some((each) => each.rule === rule && covers(each.path, path)))
      .filter(({ rule, type }) => !OF_THE_PROGRAM.some((row) => row.rule === rule && row.types.includes(type)));
    expect(unexplained).toEqual([]);
  });

  it('acknowledges nothing that is not found: a row of acknowledgements.ts went too far, or is not needed any more', () => {
    const { findings, acknowledgements } = auditOf(example);
    expect(acknowledgements.filter(({ rule, path }) => isNag(rule) && !findings.some((each) => each.rule === rule && covers(path, each.path)))).toEqual([]);
  });

  it('names resources and actions in every statement of IAM, but for wildcards that iam-wildcards.ts explains', () => {
    const unexplained = policiesOf(example).flatMap(({ id, document }) => wildcardsOf(document).filter(({ reason }) => !reason).map((wildcard) => `${id}: ${wildcard.id}`));
    expect(unexplained).toEqual([]);
  });
});

describe.each(EXAMPLES)('manifests of examples/%s', (example) => {
  it('keep the rules of manifests', () => {
    const folder = join(outputs, example, 'hybridge');
    const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.k8s.yaml')) : [];
    const breaches = [...new Set(files.map((file) => dirname(file)))].flatMap((plane) => {
      const objects = files.filter((file) => dirname(file) === plane).flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS()));
      return manifestBreaches(objects.filter(Boolean));
    });
    expect(breaches).toEqual([]);
  });
});

it('needs every row of the acknowledgements', () => {
  const used = new Set(audits.flatMap(({ acknowledgements }) => acknowledgements.map(({ rule, reason }) => `${rule.replace(/\[.*$/s, '')} ${reason}`)));
  const rows = [
    ...ACKNOWLEDGEMENTS.flatMap(({ rules, reason }) => rules.map((rule) => `${rule} ${reason}`)),
    ...MANAGED_POLICIES.map(({ reason }) => `AwsSolutions-IAM4 ${reason}`),
  ];
  expect(rows.filter((row) => !used.has(row))).toEqual([]);
});

it('needs every row of the explained wildcards', () => {
  const reasons = new Set(EXAMPLES.flatMap((example) => policiesOf(example).flatMap(({ document }) => wildcardsOf(document).map(({ reason }) => reason))));
  expect(EXPLAINED_WILDCARDS.filter(({ reason }) => !reasons.has(reason)).map(({ actions, resource }) => `${actions.join(', ')} on ${resource}`)).toEqual([]);
});

describe('the wildcards of a document', () => {
  const allow = (Action: unknown, Resource: unknown) => ({ Statement: [{ Effect: 'Allow', Action, Resource }] });

  it.each([
    ['an action without resources of its own', allow('ecr:GetAuthorizationToken', '*'), [['Resource::*', true]]],
    ['the same with another one beside it', allow(['ecr:GetAuthorizationToken', 'ecr:PutImage'], '*'), [['Resource::*', false]]],
    ['every action of a service', allow('s3:*', { 'Fn::GetAtt': ['Bucket', 'Arn'] }), [['Action::s3:*', false]]],
    ['everything', allow('*', '*'), [['Resource::*', false], ['Action::*', false]]],
    ['names only', allow('s3:GetObject', { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/key']] }), []],
    ['a refusal', { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }, []],
  ])('%s', (_, document, expected) => {
    expect(wildcardsOf(document).map(({ id, reason }) => [id, reason !== undefined])).toEqual(expected);
  });

  it('are not explained when one of two statements has no reason', () => {
    const document = { Statement: [...allow('ecr:GetAuthorizationToken', '*').Statement, ...allow('iam:PassRole', '*').Statement] };
    expect(wildcardsOf(document)).toEqual([{ id: 'Resource::*', reason: undefined }]);
  });

  it('are named with references in angle brackets', () => {
    expect(referenceText({ 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, { 'Fn::Sub': 'x-${AWS::Region}' }, { 'Fn::ImportValue': 'y' }, { 'Fn::GetAtt': ['A', 'B'] }]] }))
      .toBe('arn:<AWS::Partition>:x-<AWS::Region>:y:<A.B>');
  });
});
