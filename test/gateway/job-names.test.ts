/** Kubernetes refuses to change a Job: its name changes with each value in it, also with those that only a deployment knows. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CfnParameter } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { GatewayDatabase } from '../../src';
import type { GatewayControlPlaneProps } from '../../src';
import { testControlPlane, testStack } from './sample';

type Values = Readonly<Record<string, string>>;

/** What CloudFormation makes of an expression; parameters and attributes by name, digests by our function. */
function evaluated(template: any, expression: any, values: Values): any {
  const of = (each: unknown) => evaluated(template, each, values);
  if (typeof expression !== 'object' || expression === null) return expression;
  if (Array.isArray(expression)) return expression.map(of);
  if ('Ref' in expression) return values[expression.Ref] ?? `<${expression.Ref}>`;
  if ('Fn::Join' in expression) return of(expression['Fn::Join'][1]).join(of(expression['Fn::Join'][0]));
  if ('Fn::Select' in expression) return of(expression['Fn::Select'][1])[Number(expression['Fn::Select'][0])];
  if ('Fn::Split' in expression) return of(expression['Fn::Split'][1]).split(expression['Fn::Split'][0]);
  if ('Fn::Sub' in expression) return expression['Fn::Sub'];
  if (!('Fn::GetAtt' in expression)) return Object.fromEntries(Object.entries(expression).map(([key, each]) => [key, of(each)]));
  const [id, attribute] = expression['Fn::GetAtt'];
  if (template.Resources[id]?.Type === 'Custom::HybridgeContentDigest') return `digest of ${id}`;
  return values[attribute] ?? `<${id}.${attribute}>`;
}

/** What the function behind the digests answers, from the gateway's sources. */
let digestOf: (event: unknown) => Promise<{ readonly attributes: { readonly Digest: string } }>;
beforeAll(async () => {
  const source = join(__dirname, '..', '..', 'gateway', 'src', 'lambda', 'content-digest.ts');
  ({ contentDigest: digestOf } = await import(pathToFileURL(source).href));
});

/** The Jobs as they are applied in a deployment with the values: name → pod template. */
async function jobs(stack: Stack, values: Values): Promise<Record<string, unknown>> {
  const template = Template.fromStack(stack).toJSON();
  const digests = new Map<string, string>();
  for (const [id, { Type, Properties }] of Object.entries<any>(template.Resources)) {
    if (Type !== 'Custom::HybridgeContentDigest') continue;
    const ResourceProperties = evaluated(template, Properties, values);
    const { attributes } = await digestOf({ RequestType: 'Create', ResourceProperties, LogicalResourceId: id });
    digests.set(`digest of ${id}`, attributes.Digest);
  }
  const texts = Object.values<any>(template.Resources)
    .filter(({ Type }) => Type === 'Custom::AWSCDK-EKS-KubernetesResource')
    .map(({ Properties }) => evaluated(template, Properties.Manifest, values) as string)
    .map((text) => [...digests].reduce((all, [place, digest]) => all.replaceAll(place, digest), text));
  const objects = texts.flatMap((text) => JSON.parse(text) as any[]).filter(({ kind }) => kind === 'Job');
  return Object.fromEntries(objects.map(({ metadata, spec }) => [metadata.name, spec.template]));
}

const parameter = (stack: Stack, id: string) => new CfnParameter(stack, id).valueAsString;
const existing = (stack: Stack, host: string) => GatewayDatabase.existing({
  host, database: 'gateways', user: 'gateways', secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Database', 'gateways/database'),
});

/** What changes → how, and what is deployed before and after. */
const CHANGES: Readonly<Record<string, {
  readonly props: (stack: Stack) => Partial<GatewayControlPlaneProps>; readonly before: Values; readonly after: Values;
}>> = {
  'a database that is replaced': {
    props: () => ({}), before: { 'Endpoint.Address': 'a.eu-central-1.rds' }, after: { 'Endpoint.Address': 'b.eu-central-1.rds' },
  },
  'a host in a parameter': {
    props: (stack) => ({ database: existing(stack, parameter(stack, 'Host')) }),
    before: { Host: 'a.example' }, after: { Host: 'b.example' },
  },
  'a setting in a parameter': {
    props: (stack) => ({ settings: { KONG_PG_TIMEOUT: parameter(stack, 'Timeout') } }),
    before: { Timeout: '5000' }, after: { Timeout: '6000' },
  },
};

function deployed(props: (stack: Stack) => Partial<GatewayControlPlaneProps>): Stack {
  const stack = testStack();
  const plane = testControlPlane(stack, props(stack));
  plane.addDeclarativeConfig('Apis', { inline: { _format_version: '3.0', services: [{ name: 'a', url: 'https://a.example' }] } });
  return stack;
}

describe.each(Object.entries(CHANGES))('%s', (_name, { props, before, after }) => {
  it('makes another Job of migrations; the same values keep it', async () => {
    const stack = deployed(props);
    const [first, again, next] = [await jobs(stack, before), await jobs(stack, before), await jobs(stack, after)];
    const migrations = (all: object) => Object.keys(all).filter((name) => name.includes('-migrations-'));
    expect(migrations(first)).toEqual([expect.stringMatching(/^control-plane-migrations-[0-9a-f]{10}$/)]);
    expect(again).toEqual(first);
    expect(migrations(next)).not.toEqual(migrations(first));
  });

  it('never leaves two Jobs of one name that differ', async () => {
    const stack = deployed(props);
    const [first, next] = [await jobs(stack, before), await jobs(stack, after)];
    expect(Object.keys(first)).toHaveLength(2);
    for (const name of Object.keys(next)) expect(first[name] ?? next[name]).toEqual(next[name]);
  });
});

it('needs no function where everything in the Jobs is known', () => {
  const stack = testStack();
  testControlPlane(stack, { database: existing(stack, 'gateways.example') });
  Template.fromStack(stack).resourceCountIs('Custom::HybridgeContentDigest', 0);
});

it('waits for the Job of that name, before the pods', () => {
  const template = Template.fromStack(deployed(() => ({}))).toJSON();
  const waits = Object.values<any>(template.Resources).filter(({ Properties = {} }) =>
    JSON.stringify(Properties.ObjectName ?? '').includes('-migrations-'));
  expect(waits).toHaveLength(1);
  const [digest] = Object.keys(template.Resources).filter((id) => template.Resources[id].Type === 'Custom::HybridgeContentDigest');
  expect(waits[0].Properties.ObjectName).toEqual({ 'Fn::Join': ['', ['control-plane-migrations-', { 'Fn::GetAtt': [digest, 'Digest'] }]] });
});
