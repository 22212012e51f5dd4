/**
 * What cdk-nag, the table of IAM wildcards and the rules of manifests say about every example, and about what none of
 * them shows: everything is explained, and no explanation is left over.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
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
const VARIANTS = join(ROOT, 'test', 'setup', 'variants');
/** Name → program. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ...readdirSync(join(ROOT, 'examples'))
    .map((name) => [`examples/${name}`, join(ROOT, 'examples', name, 'app.ts')] as const)
    .filter(([, file]) => existsSync(file))
    .sort(),
  ...readdirSync(VARIANTS)
    .sort()
    .map((file) => [`variants/${file.replace(/\.ts$/, '')}`, join(VARIANTS, file)] as const),
]);
const NAMES = [...PROGRAMS.keys()];

interface ProgramFinding {
  readonly rule: string;
  readonly types: readonly string[];
  /** @default - every program */
  readonly program?: string;
  readonly reason: string;
}

/** Findings about resources of the program itself, and about what it chooses against the default, each with its reason. */
const OF_THE_PROGRAM: readonly ProgramFinding[] = [
  {
    rule: 'NIST.800.53.R5-CloudWatchLogGroupEncrypted',
    types: ['AWS::Logs::LogGroup'],
    reason: 'flow logs of a network that stands for one that exists already',
  },
  { rule: 'NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW', types: ['AWS::EC2::Route'], reason: 'public subnets of such a network' },
  {
    rule: 'NIST.800.53.R5-IAMNoInlinePolicy',
    types: ['AWS::IAM::Policy'],
    reason: 'CDK lets a VPC write its flow logs with a policy of that role',
  },
  {
    rule: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]',
    types: ['AWS::IAM::Role'],
    reason: 'what the agent on instances of an ECS cluster does changes with the agent: AWS keeps the policy',
  },
  {
    rule: 'AwsSolutions-AS3',
    types: ['AWS::AutoScaling::AutoScalingGroup'],
    reason: 'instances of an ECS cluster that stands for one that exists already; ECS decides how many there are',
  },
  ...['AwsSolutions-RDS10', 'NIST.800.53.R5-RDSInstanceDeletionProtectionEnabled'].map((rule) => ({
    rule,
    types: ['AWS::RDS::DBCluster'],
    program: 'examples/getting-started',
    reason: 'a first try: one command deletes all of it',
  })),
];

/** Where programs would take real ones from. */
const PLANTED = Object.fromEntries(
  ['FACTORY_BMC_USER', 'FACTORY_BMC_PASSWORD', 'BMC_USER', 'BMC_USERNAME', 'BMC_PASSWORD'].map((name) => [
    name,
    `planted-${name.toLowerCase()}`,
  ]),
);

const outputs = mkdtempSync(join(tmpdir(), 'audit-'));
let audits: readonly Audit[];
beforeAll(() => {
  const jobs = [...PROGRAMS].map(([name, program]) => ({
    program,
    outdir: join(outputs, name),
    context: { 'aws:cdk:disable-asset-staging': true, 'aws:cdk:disable-creation-stack-traces': true },
  }));
  audits = JSON.parse(
    execFileSync(
      process.execPath,
      [
        join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
        '--tsconfig',
        'examples/tsconfig.json',
        join(ROOT, 'test', 'setup', 'audit-programs.ts'),
      ],
      {
        cwd: ROOT,
        encoding: 'utf8',
        input: JSON.stringify(jobs),
        maxBuffer: 64 * 1024 * 1024,
        // Not left out: a child would get the variables from before test/setup/environment.ts.
        env: { ...process.env, ...PLANTED },
      },
    ),
  );
}, 60_000);
afterAll(() => rmSync(outputs, { recursive: true, force: true }));

const auditOf = (name: string) => audits.find(({ program }) => program === PROGRAMS.get(name))!;
const isNag = (rule: string) => /^(AwsSolutions|NIST\.800\.53\.R5)-/.test(rule);
const covers = (path: string, resource: string) => resource === path || resource.startsWith(`${path}/`);

function policiesOf(name: string): { readonly id: string; readonly document: any }[] {
  const folder = join(outputs, name);
  return readdirSync(folder).filter((file) => file.endsWith('.template.json')).flatMap((file) => {
    const resources = Object.entries<any>(JSON.parse(readFileSync(join(folder, file), 'utf8')).Resources).filter(([, { Type }]) =>
      Type.startsWith('AWS::IAM::'),
    );
    return resources.flatMap(([id, { Properties: { Policies = [], PolicyDocument } }]) => [
      ...Policies.map((policy: any) => ({ id: `${file} ${id}`, document: policy.PolicyDocument })),
      ...PolicyDocument ? [{ id: `${file} ${id}`, document: PolicyDocument }] : [],
    ]);
  });
}

describe.each(NAMES)('%s', (name) => {
  it('has no unacknowledged finding of AwsSolutions or NIST 800-53 r5', () => {
    const { findings, acknowledgements } = auditOf(name);
    const unexplained = findings
      .filter(({ rule, path }) => !acknowledgements.some((each) => each.rule === rule && covers(each.path, path)))
      .filter(({ rule, type }) =>
        !OF_THE_PROGRAM.some((row) => row.rule === rule && row.types.includes(type) && (row.program ?? name) === name));
    expect(unexplained).toEqual([]);
  });

  it('acknowledges nothing that is not found: a row of acknowledgements.ts is too broad or no longer needed', () => {
    const { findings, acknowledgements } = auditOf(name);
    expect(
      acknowledgements.filter(({ rule, path }) => isNag(rule) && !findings.some((each) => each.rule === rule && covers(path, each.path))),
    ).toEqual([]);
  });

  it('names resources and actions in every statement of IAM, but for wildcards that iam-wildcards.ts explains', () => {
    const unexplained = policiesOf(name).flatMap(({ id, document }) =>
      wildcardsOf(document)
        .filter(({ reason }) => !reason)
        .map((wildcard) => `${id}: ${wildcard.id}`),
    );
    expect(unexplained).toEqual([]);
  });
});

/** Folders and files that the deployment copies to AWS, as far as they are of this repository. */
function assetsOf(name: string): readonly string[] {
  const folder = join(outputs, name);
  const manifests = readdirSync(folder)
    .filter((file) => file.endsWith('.assets.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const sources = manifests.flatMap(({ files = {}, dockerImages = {} }) => (
    [...Object.values<any>(files), ...Object.values<any>(dockerImages)].map(({ source }) => String(source.path ?? source.directory))
  ));
  return [...new Set(sources.map((source) => resolve(folder, source)))].filter(
    (source) => source.startsWith(ROOT) && !source.includes(`${sep}node_modules${sep}`),
  );
}

function textsIn(path: string): readonly { readonly file: string; readonly text: string }[] {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
      .map((file) => join(path, file))
      .filter((file) => statSync(file).isFile())
    : [path];
  return files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

/** The programs of the gateway and of functions know how a key begins: they make some. */
const isProgram = (file: string) => file.startsWith(join(ROOT, 'lib', 'bundle'));

describe.each(NAMES)('the output of %s', (name) => {
  it('contains no secret: templates, manifests, files for sites, pictures of them, assets', () => {
    const texts = [join(outputs, name), ...assetsOf(name)].flatMap(textsIn);
    expect(texts.length).toBeGreaterThan(3);
    const found = texts.filter(
      ({ file, text }) =>
        /planted-|\bAKIA[0-9A-Z]{16}\b|"SecretString"\s*:/.test(text) ||
        (!isProgram(file) && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)),
    );
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  it('lets CloudFormation fill secrets into nothing that people read: manifests, outputs, parameters, functions\' environments', () => {
    const folder = join(outputs, name);
    const readable = readdirSync(folder)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
      .flatMap(({ Outputs, Resources }) => [
        Outputs ?? {},
        ...Object.values<any>(Resources).filter(({ Type }) =>
          /^Custom::|^AWS::(SSM::Parameter|Lambda::Function|ECS::TaskDefinition|EC2::LaunchTemplate|EKS::Addon)$/.test(Type),
        ),
      ]);
    expect(JSON.stringify(readable)).not.toMatch(/\{\{resolve:(secretsmanager|ssm-secure):|ClientSecret"\]/);
  });
});

it('reads the image and the functions as well', () => {
  expect(NAMES.flatMap(assetsOf)).toEqual(
    expect.arrayContaining([join(ROOT, 'lib', 'bundle', 'image'), join(ROOT, 'lib', 'bundle', 'lambda', 'tunnel-certificate')]),
  );
});

/** YAML that is written for other readers than the API of a Kubernetes cluster, or is judged by rules of its own (cluster.yaml). */
const NO_MANIFESTS = ['values.yaml', 'compose.yaml', 'cilium-values.yaml', 'nodeconfig.yaml', 'cluster.yaml'];

/** Objects that are applied together, by the folder that people find them in. */
function writtenObjects(name: string): readonly any[][] {
  const folder = join(outputs, name, 'hybridge');
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.yaml') && !NO_MANIFESTS.includes(basename(file)),
    )
    : [];
  return [...new Set(files.map((file) => dirname(file)))].map((place) => files.filter((file) => dirname(file) === place)
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS()).filter(Boolean)));
}

/** Objects that stacks apply, planes' and others': each template's together. */
function appliedObjects(name: string): readonly any[][] {
  const folder = join(outputs, name);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) =>
      Object.values<any>(JSON.parse(readFileSync(join(folder, file), 'utf8')).Resources)
        .filter(({ Type }) => Type === 'Custom::AWSCDK-EKS-KubernetesResource')
        .flatMap(({ Properties }) => JSON.parse(textOf(Properties.Manifest))),
    );
}

/** CloudFormation fills values into the text; an image has a hash as its tag. */
function textOf(manifest: any): string {
  return typeof manifest === 'string'
    ? manifest
    : manifest['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'image:filled-in')).join('');
}

interface KeptBreach {
  readonly object: string;
  readonly rules: readonly string[];
  /** @default - every program */
  readonly program?: string;
  readonly reason: string;
}

/** Manifests of other projects, unchanged, and what a program chooses against the default. */
const KEPT: readonly KeptBreach[] = [
  {
    object: 'StatefulSet eks-connector',
    rules: ['POD_USER', 'CONTAINER_PRIVILEGES', 'CONTAINER_ROOT_READ_ONLY'],
    reason:
      'the images of AWS run as root and write beside their programs; what they may is taken away but for reading files of other users',
  },
  {
    object: 'StatefulSet eks-connector',
    rules: ['CONTAINER_RESOURCES'],
    reason: 'AWS says nothing about what the agents need, and one that is stopped for too little takes the cluster out of the console',
  },
  { object: 'StatefulSet eks-connector', rules: ['CONTAINER_PROBES'], reason: 'the agents have no port to probe' },
  ...['Deployment control-plane', 'Deployment plane'].map((object) => ({
    object,
    rules: ['SERVER_REPLICAS'],
    program: 'examples/getting-started',
    reason: 'a first try: one pod of each plane is enough',
  })),
];

describe.each(NAMES)('manifests of %s', (name) => {
  it('keep the rules of manifests, in files and in templates', () => {
    const breaches = [...writtenObjects(name), ...appliedObjects(name)].flatMap((objects) => manifestBreaches(objects));
    const kept = KEPT.filter(({ program = name }) => program === name);
    const isKept = (breach: string) =>
      kept.some(({ object, rules }) => breach.startsWith(`${object}: `) && rules.some((rule) => breach.endsWith(`[${rule}]`)));
    expect(breaches.filter((breach) => !isKept(breach))).toEqual([]);
  });
});

it('reads manifests of all kinds', () => {
  const kinds = new Set(NAMES.flatMap((name) => [...writtenObjects(name), ...appliedObjects(name)].flat().map(({ kind }) => kind)));
  for (const kind of [
    'Deployment',
    'StatefulSet',
    'Job',
    'ClusterRole',
    'ClusterRoleBinding',
    'Kustomization',
    'Package',
    'Certificate',
    'ServiceMonitor',
    'PrometheusRule',
  ]) {expect(kinds).toContain(kind);}
});

it('needs every row of the acknowledgements', () => {
  const used = new Set(
    audits.flatMap(({ acknowledgements }) => acknowledgements.map(({ rule, reason }) => `${rule.replace(/\[.*$/s, '')} ${reason}`)),
  );
  const rows = [
    ...ACKNOWLEDGEMENTS.flatMap(({ rules, reason }) => rules.map((rule) => `${rule} ${reason}`)),
    ...MANAGED_POLICIES.map(({ reason }) => `AwsSolutions-IAM4 ${reason}`),
  ];
  expect(rows.filter((row) => !used.has(row))).toEqual([]);
});

it('needs every row of the explained wildcards', () => {
  const reasons = new Set(
    NAMES.flatMap((name) => policiesOf(name).flatMap(({ document }) => wildcardsOf(document).map(({ reason }) => reason))),
  );
  expect(
    EXPLAINED_WILDCARDS.filter(({ reason }) => !reasons.has(reason)).map(({ actions, resource }) => `${actions.join(', ')} on ${resource}`),
  ).toEqual([]);
});

it('has no role that every principal may assume', () => {
  const open = NAMES.flatMap((name) => {
    const folder = join(outputs, name);
    return readdirSync(folder)
      .filter((file) => file.endsWith('.template.json'))
      .flatMap((file) =>
        Object.entries<any>(JSON.parse(readFileSync(join(folder, file), 'utf8')).Resources)
          .filter(([, { Properties }]) =>
            (Properties?.AssumeRolePolicyDocument?.Statement ?? []).some(
              ({ Principal }: any) => Principal === '*' || Principal.AWS === '*' || Principal.Federated === '*',
            ),
          )
          .map(([id]) => `${name} ${file} ${id}`),
      );
  });
  expect(open).toEqual([]);
});

describe('the wildcards of a document', () => {
  const allow = (Action: unknown, Resource: unknown) => ({ Statement: [{ Effect: 'Allow', Action, Resource }] });

  it.each([
    ['an action without resources of its own', allow('ecr:GetAuthorizationToken', '*'), [['Resource::*', true]]],
    ['the same with another one beside it', allow(['ecr:GetAuthorizationToken', 'ecr:PutImage'], '*'), [['Resource::*', false]]],
    ['every action of a service', allow('s3:*', { 'Fn::GetAtt': ['Bucket', 'Arn'] }), [['Action::s3:*', false]]],
    [
      'everything',
      allow('*', '*'),
      [
        ['Resource::*', false],
        ['Action::*', false],
      ],
    ],
    ['names only', allow('s3:GetObject', { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/key']] }), []],
    [
      'everything but',
      { Statement: [{ Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::x' }] },
      [
        ['NotAction::iam:*', false],
        ['NotResource::arn:aws:s3:::x', false],
      ],
    ],
    ['a refusal', { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }, []],
  ])('%s', (_, document, expected) => {
    expect(wildcardsOf(document).map(({ id, reason }) => [id, reason !== undefined])).toEqual(expected);
  });

  it('are not explained when one of two statements has no reason', () => {
    const document = { Statement: [...allow('ecr:GetAuthorizationToken', '*').Statement, ...allow('iam:PassRole', '*').Statement] };
    expect(wildcardsOf(document)).toEqual([{ id: 'Resource::*', reason: undefined }]);
  });

  it('are named with references in angle brackets', () => {
    expect(
      referenceText({
        'Fn::Join': [
          ':',
          ['arn', { Ref: 'AWS::Partition' }, { 'Fn::Sub': 'x-${AWS::Region}' }, { 'Fn::ImportValue': 'y' }, { 'Fn::GetAtt': ['A', 'B'] }],
        ],
      }),
    ).toBe('arn:<AWS::Partition>:x-<AWS::Region>:y:<A.B>');
  });
});
