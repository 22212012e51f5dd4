/**
 * One call of a custom resource fails, any of them, before it happens or after. What CloudFormation does then leaves nothing behind and
 * ends: a Delete after a Create, an Update with the old properties after an Update, a Delete again after a Delete.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientSecret, clientSecretId } from './client-secret.ts';
import { answerCustomResource, until } from './custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from './custom-resource.ts';
import { eksConnector, eksConnectorId } from './eks-connector.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';
import { FakeBucket } from './fake-bucket.testing.ts';
import { startFaultyProxy } from './faulty-proxy.testing.ts';
import type { Fault, FaultyProxy } from './faulty-proxy.testing.ts';
import { handoffFiles, handoffId } from './handoff-files.ts';
import { openSearchClient } from './opensearch/client.ts';
import { startFakeOpenSearch } from './opensearch/fake-opensearch.testing.ts';
import { openSearchSetup, openSearchSetupId } from './opensearch-setup.ts';
import { regionalParameter, regionalParameterId } from './regional-parameter.ts';
import { tunnelCertificate, tunnelCertificateId } from './tunnel-certificate.ts';

/** What a resource works on. */
interface World {
  readonly resource: CustomResource;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Updates: what changes. */
  readonly changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly proxy: FaultyProxy;
  /** What exists outside of the stack's own resources, or in them. */
  state(): unknown;
  close(): Promise<void>;
}

const ARN = 'arn:secret';
const keys = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'test' };
const file = (Path: string, Text: string) => ({ Path, Text });

let aws: FakeAws;
let world: World;
let operations: Parameters<typeof startFakeAws>[0];
beforeEach(async () => {
  for (const stream of ['log', 'error', 'warn'] as const) vi.spyOn(console, stream).mockImplementation(() => undefined);
  operations = {};
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all([world.close(), aws.close()]);
});

/** Clients of the fake that pass the proxy. */
async function behindProxy(): Promise<{ readonly proxy: FaultyProxy; readonly client: FakeAws['client'] }> {
  aws = await startFakeAws(operations);
  const proxy = await startFaultyProxy(aws.url);
  return { proxy, client: { ...aws.client, endpoint: proxy.url } };
}

/** Files with their text; of a prefix without files, whatever holds up the deletion of the bucket. */
function stateOf(bucket: FakeBucket): unknown {
  const prefixOf = (key: string) => key.split('/').slice(0, 2).join('/');
  const used = new Set(bucket.keys().map(prefixOf));
  return {
    files: bucket.keys().map((key) => [key, bucket.current(key)]),
    left: bucket.versions.map(({ key }) => key).filter((key) => !used.has(prefixOf(key))),
  };
}

async function bucketWorld(): Promise<World> {
  aws = await startFakeAws();
  const bucket = new FakeBucket();
  const server = createServer((request, response) => void bucket.serve(request, response));
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  const proxy = await startFaultyProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = new S3Client({ ...aws.client, endpoint: proxy.url, forcePathStyle: true });
  return {
    proxy,
    resource: { idOf: handoffId, work: (event, signal) => handoffFiles(event, until(signal, client)), leavesTraces: true },
    properties: {
      Bucket: 'handoff', Prefix: 'Cloud/factory/', IndexPath: 'index.json', Index: '{"site":"factory"}',
      Files: [file('a', '1'), file('b', '1'), file('c', '1')],
    },
    changes: { 'the files': { Files: [file('b', '2'), file('d', '2')] }, 'the prefix': { Prefix: 'Cloud/plant/' } },
    state: () => stateOf(bucket),
    close: async () => {
      await proxy.close();
      server.closeAllConnections();
      await new Promise((resume) => server.close(resume));
    },
  };
}

async function openSearchWorld(): Promise<World> {
  aws = await startFakeAws();
  const domain = await startFakeOpenSearch();
  const proxy = await startFaultyProxy(domain.url);
  const alias = proxy.url.replace('127.0.0.1', 'localhost');
  return {
    proxy,
    resource: {
      idOf: openSearchSetupId,
      work: (event, signal) => openSearchSetup(event, (endpoint) =>
        openSearchClient({ endpoint, region: 'eu-central-1' }, () => keys, signal)),
      leavesTraces: true,
    },
    properties: { Endpoint: proxy.url, Stream: 'logs-gateway', RetentionDays: '30' },
    changes: {
      'the retention': { RetentionDays: '7' }, 'the stream': { Stream: 'logs-other' }, 'the domain': { Endpoint: alias, Stream: 'x' },
    },
    // OpenSearch chooses the ids of monitors.
    state: () => Object.fromEntries([...domain.stored].map(([path, { name, ...content }]) =>
      [path.replace(/monitor-\d+$/, name), content])),
    close: () => Promise.all([proxy.close(), domain.close()]).then(() => undefined),
  };
}

async function connectorWorld(): Promise<World> {
  const registered = new Map<string, { tags: unknown; status: string; connectorConfig: Record<string, unknown> }>();
  let number = 0;
  const unknown = { status: 404, body: { __type: 'ResourceNotFoundException', message: 'No cluster found' } };
  const nameIn = ({ path = '' }: Record<string, string>) => path.split('/').pop()!;
  operations = {
    'POST /cluster-registrations': (input) => {
      const { name, connectorConfig, tags } = input as any;
      if (registered.has(name)) return { status: 409, body: { __type: 'ResourceInUseException', message: 'Cluster already exists' } };
      const config = { roleArn: connectorConfig.roleArn, activationId: `id-${++number}`, activationExpiry: 4_000_000_000 };
      registered.set(name, { tags, status: 'PENDING', connectorConfig: config });
      return { status: 200, body: { cluster: { name, tags, connectorConfig: { ...config, activationCode: `code-${number}` } } } };
    },
    'GET /clusters': (input) => {
      const found = registered.get(nameIn(input));
      return found ? { status: 200, body: { cluster: { name: nameIn(input), ...found } } } : unknown;
    },
    'DELETE /cluster-registrations': (input) => registered.delete(nameIn(input)) ? { status: 200, body: {} } : unknown,
  };
  const { proxy, client } = await behindProxy();
  const [eks, secrets] = [new EKSClient(client), new SecretsManagerClient(client)];
  let nowMs = 1_800_000_000_000;
  const clock = { now: () => new Date(nowMs), pause: async (ms: number) => void (nowMs += ms) };
  return {
    proxy,
    resource: {
      idOf: eksConnectorId,
      work: (event, signal) => eksConnector(event, { eks: until(signal, eks), secrets: until(signal, secrets) }, clock),
      leavesTraces: true,
    },
    properties: { ClusterName: 'factory', RoleArn: 'role/agent', SecretArn: ARN, Region: 'eu-central-1', Registration: '1' },
    changes: { 'the role': { RoleArn: 'role/other' }, 'the name': { ClusterName: 'plant' } },
    // A new registration has another number.
    state: () => [...registered].map(([name, { connectorConfig: { roleArn } }]) => [name, roleArn]),
    close: () => proxy.close(),
  };
}

async function clientSecretWorld(): Promise<World> {
  operations = {
    DescribeUserPoolClient: ({ ClientId = '' }) =>
      ({ status: 200, body: { UserPoolClient: { ClientId, ClientSecret: `planted-${ClientId}` } } }),
  };
  const { proxy, client } = await behindProxy();
  const [cognito, secrets] = [new CognitoIdentityProviderClient(client), new SecretsManagerClient(client)];
  return {
    proxy,
    resource: {
      idOf: clientSecretId,
      work: (event, signal) => clientSecret(event, { cognito: until(signal, cognito), secrets: until(signal, secrets) }),
    },
    properties: { SecretArn: ARN, UserPoolId: 'eu-central-1_pool', ClientId: 'web', Issuer: 'https://issuer.example', Session: 'true' },
    changes: { 'the client': { ClientId: 'other' } },
    state: () => aws.secrets.get(ARN),
    close: () => proxy.close(),
  };
}

async function parameterWorld(): Promise<World> {
  const parameters = new Map<string, string>();
  operations = {
    PutParameter: ({ Name = '', Value = '' }) => {
      parameters.set(Name, Value);
      return { status: 200, body: { Version: 1 } };
    },
    DeleteParameter: ({ Name = '' }) => parameters.delete(Name)
      ? { status: 200, body: {} }
      : { status: 400, body: { __type: 'ParameterNotFound' } },
  };
  const { proxy, client } = await behindProxy();
  const parameterStore = new SSMClient(client);
  return {
    proxy,
    resource: {
      idOf: regionalParameterId, work: (event, signal) => regionalParameter(event, () => until(signal, parameterStore)), leavesTraces: true,
    },
    properties: { Region: 'eu-west-1', Name: '/hybridge/a', Value: '1', Description: 'text' },
    changes: { 'the value': { Value: '2' }, 'the name': { Name: '/hybridge/b' } },
    state: () => [...parameters],
    close: () => proxy.close(),
  };
}

const certificateWorld = (more: object) => async (): Promise<World> => {
  const { proxy, client } = await behindProxy();
  const secrets = new SecretsManagerClient(client);
  return {
    proxy,
    resource: { idOf: tunnelCertificateId, work: (event, signal) => tunnelCertificate(event, until(signal, secrets)) },
    properties: { SecretArn: ARN, CommonName: 'kong_clustering', ValidDays: '30', ...more },
    changes: { 'the days': { ValidDays: '60' } },
    state: () => aws.secrets.get(ARN),
    close: () => proxy.close(),
  };
};

const WORLDS: Readonly<Record<string, { readonly make: () => Promise<World>; readonly isInStack?: boolean }>> = {
  'files for a site': { make: bucketWorld },
  'what logs need in OpenSearch': { make: openSearchWorld },
  'a registration with EKS': { make: connectorWorld },
  'a parameter in another region': { make: parameterWorld },
  // What they write is in a secret that the stack deletes.
  'the secret of a client': { make: clientSecretWorld, isInStack: true },
  'a shared certificate': { make: certificateWorld({}), isInStack: true },
  'a certificate that rotates': { make: certificateWorld({ Rotates: 'true' }), isInStack: true },
};

const FAULTS: readonly Fault[] = ['refused', 'lost'];

async function call(
  type: CustomResourceEvent['RequestType'], id: string | undefined, changes: object = {},
  { context, pause = async () => undefined }: { context?: LambdaContext; pause?: () => Promise<void> } = {},
): Promise<{ readonly Status: string; readonly PhysicalResourceId: string }> {
  const patience = { answerMs: 1, deletionMs: 1, pause };
  const before = aws.told.length;
  await answerCustomResource(aws.event(type, { ...world.properties, ...changes }, id), world.resource, context, patience);
  expect(aws.told).toHaveLength(before + 1);
  return aws.told.at(-1) as { Status: string; PhysicalResourceId: string };
}

/** As CloudFormation deletes: a failed deletion is asked for again. */
async function deleteAll(id: string, changes: object = {}): Promise<void> {
  const first = await call('Delete', id, changes);
  if (first.Status === 'FAILED') expect(await call('Delete', id, changes)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
}

/** How many requests work makes that succeeds. */
async function requestsOf(make: () => Promise<World>, work: () => Promise<unknown>): Promise<number> {
  world = await make();
  const { count } = world.proxy;
  const before = count();
  await work();
  return count() - before;
}

async function restart(make: () => Promise<World>): Promise<unknown> {
  await Promise.all([world.close(), aws.close()]);
  world = await make();
  return world.state();
}

describe.each(Object.entries(WORLDS))('%s', (_name, { make, isInStack }) => {
  it.each(FAULTS)('leaves nothing when a call of Create is %s', async (fault) => {
    const requests = await requestsOf(make, () => call('Create', undefined));
    expect(requests).toBeGreaterThan(0);
    for (let at = 1; at <= requests; at++) {
      const empty = await restart(make);
      world.proxy.fail(at, fault);
      const { Status, PhysicalResourceId } = await call('Create', undefined);
      await deleteAll(PhysicalResourceId);
      await deleteAll(PhysicalResourceId);
      expect({ at, Status, left: isInStack || world.state() }).toEqual({ at, Status: expect.any(String), left: isInStack || empty });
    }
  });

  it.each(FAULTS)('leaves nothing when a call of Delete is %s', async (fault) => {
    let id = '';
    const requests = await requestsOf(make, async () => {
      ({ PhysicalResourceId: id } = await call('Create', undefined));
      world.proxy.fail(0, fault);
      await call('Delete', id);
    });
    for (let at = 1; at <= Math.max(0, requests); at++) {
      const empty = await restart(make);
      await call('Create', undefined);
      world.proxy.fail(at, fault);
      await deleteAll(id);
      expect({ at, left: isInStack || world.state() }).toEqual({ at, left: isInStack || empty });
    }
  });

  it.each(FAULTS)('is as before after an Update of which a call was %s, and its rollback', async (fault) => {
    world = await make();
    for (const name of Object.keys(world.changes)) {
      await restart(make);
      const { PhysicalResourceId: known } = await call('Create', undefined);
      const before = world.proxy.count();
      await call('Update', known, world.changes[name]);
      const requests = world.proxy.count() - before;
      for (let at = 1; at <= requests; at++) {
        await restart(make);
        const { PhysicalResourceId: id } = await call('Create', undefined);
        const [made, changes] = [world.state(), world.changes[name]];
        world.proxy.fail(at, fault);
        const updated = await call('Update', id, changes);
        // The rollback: the old properties again; then what took the place of the old resource is deleted.
        const back = await call('Update', updated.PhysicalResourceId);
        expect({ name, at, ...back }).toMatchObject({ name, at, Status: 'SUCCESS', PhysicalResourceId: id });
        if (updated.PhysicalResourceId !== id) await deleteAll(updated.PhysicalResourceId, changes);
        expect({ name, at, state: world.state() }).toEqual({ name, at, state: made });
        await deleteAll(id);
      }
    }
  });

  it('answers before Lambda ends it, and makes nothing afterwards', async () => {
    world = await make();
    const empty = world.state();
    world.proxy.fail(1, 'held');
    const context = { getRemainingTimeInMillis: () => 10_100 };
    const { Status, PhysicalResourceId } = await call('Create', undefined, {}, { context });
    expect(Status).toBe('FAILED');
    await deleteAll(PhysicalResourceId);
    expect(isInStack || world.state()).toEqual(isInStack || empty);
  });

  it('has nothing to delete where the properties say nothing', async () => {
    world = await make();
    const nothing = Object.fromEntries(Object.keys(world.properties).map((name) => [name, '']));
    const { Status, PhysicalResourceId } = await call('Create', undefined, nothing);
    expect(Status).toBe('FAILED');
    expect(await call('Delete', PhysicalResourceId, nothing)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
  });
});

describe.each(Object.entries(WORLDS).filter(([, { isInStack }]) => !isInStack))('%s', (_name, { make }) => {
  it('leaves nothing of a Create that is cancelled while it runs', async () => {
    const requests = await requestsOf(make, () => call('Create', undefined));
    for (let at = 1; at <= requests; at++) {
      const empty = await restart(make);
      world.proxy.fail(at, 'held');
      const created = answerCustomResource(aws.event('Create', world.properties), world.resource);
      await world.proxy.held();
      const pause = async () => {
        world.proxy.release();
        await created;
      };
      await answerCustomResource(aws.event('Delete', world.properties, 'Stack-Resource-MADEUP'), world.resource, undefined, {
        answerMs: 1, deletionMs: 1, pause,
      });
      await pause();
      expect(aws.told).toContainEqual(expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'Stack-Resource-MADEUP' }));
      expect({ at, left: world.state() }).toEqual({ at, left: empty });
    }
  });
});
