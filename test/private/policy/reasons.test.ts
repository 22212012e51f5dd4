/** What reasons say about this library, in reports of its users, holds in the templates of the examples that have such resources. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACKNOWLEDGEMENTS } from '../../../src/private/policy/acknowledgements';

const ROOT = join(__dirname, '..', '..', '..');
const EXAMPLES = ['bare-metal', 'hybrid', 'integrations', 'eks-only', 'ecs-data-plane', 'ec2-data-plane'];

let outputs: string;
let templates: any[];
beforeAll(() => {
  outputs = mkdtempSync(join(tmpdir(), 'reasons-'));
  const jobs = EXAMPLES.map((example) => ({
    program: join(ROOT, 'examples', example, 'app.ts'), outdir: join(outputs, example), context: { 'aws:cdk:disable-asset-staging': true },
    isValidated: false,
  }));
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const words = [tsx, '--tsconfig', 'examples/tsconfig.json', join(ROOT, 'test', 'setup', 'synthesize-programs.ts')];
  execFileSync(process.execPath, words, { cwd: ROOT, input: JSON.stringify(jobs), stdio: ['pipe', 'pipe', 'pipe'] });
  templates = EXAMPLES.flatMap((example) =>
    readdirSync(join(outputs, example)).filter((file) => file.endsWith('.template.json'))
      .map((file) => JSON.parse(readFileSync(join(outputs, example, file), 'utf8'))));
}, 120_000);
afterAll(() => rmSync(outputs, { recursive: true, force: true }));

interface Found {
  readonly id: string;
  readonly properties: any;
  readonly template: any;
}

const all = (type: string | RegExp): Found[] => templates.flatMap((template) =>
  Object.entries<any>(template.Resources)
    .filter(([, { Type }]) => typeof type === 'string' ? Type === type : type.test(Type))
    .map(([id, { Properties }]) => ({ id, properties: Properties, template })));

/** Rows with a reason that begins so: text that no row begins with is a reason that was reworded without its proof. */
const rows = (begin: string) => {
  const found = ACKNOWLEDGEMENTS.filter(({ reason }) => reason.startsWith(begin));
  expect(found).not.toEqual([]);
  return found;
};

const functionsOf = (found: Found[]) => new Set(found.map(({ properties }) => JSON.stringify(properties.ServiceToken)));
const isCalledBy = (service: string) => ({ id, template }: Found) => Object.values<any>(template.Resources).some(({ Type, Properties }) =>
  Type === 'AWS::Lambda::Permission' && Properties.Principal === service && JSON.stringify(Properties.FunctionName).includes(id));

/** The begin of a reason → what makes it true. */
const PROOFS: Readonly<Record<string, () => void>> = {
  'it serves custom resources and runs': () => {
    const tokens = [...functionsOf(all(/^Custom::/))].join();
    const theirs = all('AWS::Lambda::Function').filter(({ id }) => /Turner|LogsIngest/.test(id));
    for (const { id } of theirs) expect(tokens).not.toContain(id);
  },
  'Secrets Manager calls it, one step': () => {
    const turners = all('AWS::Lambda::Function').filter(({ id }) => id.includes('Turner'));
    expect(turners.length).toBeGreaterThan(0);
    expect(turners.every(isCalledBy('secretsmanager.amazonaws.com'))).toBe(true);
  },
  'API Gateway calls it, no oftener': () => {
    const ingests = all('AWS::Lambda::Function').filter(({ id }) => id.includes('LogsIngestFunction'));
    expect(ingests.length).toBeGreaterThan(0);
    expect(ingests.every(isCalledBy('apigateway.amazonaws.com'))).toBe(true);
    for (const { properties } of all('AWS::ApiGatewayV2::Stage')) {
      expect(properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: expect.any(Number) });
    }
  },
  'it sends consumers to the port with TLS': () => {
    const [row] = rows('it sends consumers to the port with TLS');
    expect(row.when!({ Protocol: 'HTTP', DefaultActions: [{ Type: 'redirect' }] })).toBe(true);
    expect(row.when!({ Protocol: 'HTTP', DefaultActions: [{ Type: 'forward' }] })).toBe(false);
  },
  'IAM reads an issuer without credentials': () => {
    const open = all('AWS::S3::Bucket').filter(({ properties }) => properties.PublicAccessBlockConfiguration?.BlockPublicPolicy === false);
    expect(open.length).toBeGreaterThan(0);
    for (const { id, template } of open) {
      const policies = Object.values<any>(template.Resources)
        .filter(({ Type, Properties }) => Type === 'AWS::S3::BucketPolicy' && JSON.stringify(Properties.Bucket).includes(id));
      const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
        .filter(({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal).includes('*'));
      expect(statements.map(({ Action, Resource }) => [Action, Resource.length])).toEqual([['s3:GetObject', 2]]);
    }
  },
  'two public documents, of which': () => {
    expect(readFileSync(join(ROOT, 'docs', 'command-line.md'), 'utf8')).toContain('hybridge eksa publish-keys');
  },
  'public subnets hold load balancers': () => {
    for (const { properties } of all('AWS::EKS::Nodegroup')) expect(JSON.stringify(properties.Subnets)).not.toMatch(/Public/);
    for (const { properties } of all('AWS::AutoScaling::AutoScalingGroup')) {
      expect(JSON.stringify(properties.VPCZoneIdentifier)).not.toMatch(/Public/);
    }
  },
  'the function itself asks for the token': () => {
    const source = readFileSync(join(ROOT, 'gateway', 'src', 'lambda', 'log-ingest.ts'), 'utf8');
    expect(source.indexOf('isKnown(given, tokens)')).toBeLessThan(source.indexOf('entriesOf(event)'));
    expect(source.indexOf('isKnown(given, tokens)')).toBeGreaterThan(0);
  },
  'CloudWatch encrypts every log group with a key that AWS keeps': () => {
    for (const { properties } of all('AWS::Logs::LogGroup')) expect(properties.KmsKeyId).toBeUndefined();
  },
};

it.each(Object.entries(PROOFS))('"%s ..." is true', (begin, proof) => {
  rows(begin);
  proof();
});

it('no reason says what the gateway does not do by itself', () => {
  for (const { reason } of ACKNOWLEDGEMENTS) expect(reason).not.toMatch(/logs? every request|once for each change|written again by each/);
});

it('what the load balancer controller changes carries the tag of its cluster', () => {
  const statements = all('AWS::IAM::Policy').flatMap(({ properties }) => properties.PolicyDocument.Statement)
    .filter(({ Action, Resource }) => /elasticloadbalancing:(Modify|Delete|Set|Remove|Add|Register|Deregister)/.test(JSON.stringify(Action))
      && JSON.stringify(Resource).includes('/net/*'));
  expect(statements.length).toBeGreaterThan(0);
  for (const { Condition } of statements) expect(JSON.stringify(Condition)).toMatch(/aws:(Resource|Request)Tag\/elbv2\.k8s\.aws\/cluster/);
});
