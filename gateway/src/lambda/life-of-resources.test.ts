/**
 * What CloudFormation and Lambda do to every resource: calls that come twice, updates, rollbacks, deletions. eks-connector.test.ts and
 * handoff-files.test.ts have the same for theirs.
 */
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientSecret, clientSecretId } from './client-secret.ts';
import { answerCustomResource } from './custom-resource.ts';
import type { CustomResource } from './custom-resource.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';
import { openSearchClient } from './opensearch/client.ts';
import { startFakeOpenSearch } from './opensearch/fake-opensearch.testing.ts';
import type { FakeOpenSearch } from './opensearch/fake-opensearch.testing.ts';
import { openSearchSetup, openSearchSetupId } from './opensearch-setup.ts';
import { tunnelCertificate, tunnelCertificateId } from './tunnel-certificate.ts';

interface Life {
  readonly resource: CustomResource;
  readonly properties: () => Record<string, unknown>;
  /** Properties after an update. */
  readonly changed: Record<string, unknown>;
  /** What is outside of the function. */
  readonly state: () => unknown;
  /** What the stack owns outlives the resource. */
  readonly isKeptOnDelete: boolean;
}

const ARN = 'arn:secret';
const DAYS = { SecretArn: ARN, CommonName: 'kong_clustering', ValidDays: '30' };
const CLIENT = { SecretArn: ARN, UserPoolId: 'eu-central-1_pool', ClientId: 'web', Issuer: 'https://issuer.example', Session: 'true' };
const keys = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'test' };

let aws: FakeAws;
let openSearch: FakeOpenSearch;
let lines: unknown[];
beforeEach(async () => {
  lines = [];
  for (const stream of ['log', 'error', 'warn', 'info'] as const) {
    vi.spyOn(console, stream).mockImplementation((...line) =>
      void lines.push(line));
  }
  aws = await startFakeAws({
    DescribeUserPoolClient: ({ ClientId = '' }) =>
      ({ status: 200, body: { UserPoolClient: { ClientId, ClientSecret: `planted-${ClientId}` } } }),
  });
  openSearch = await startFakeOpenSearch();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all([aws.close(), openSearch.close()]);
});

const secrets = () => new SecretsManagerClient(aws.client);
const secretText = () => aws.secrets.get(ARN);

const TUNNEL: CustomResource = { idOf: tunnelCertificateId, work: (event) => tunnelCertificate(event, secrets()) };

const LIVES: Readonly<Record<string, Life>> = {
  'the secret of a client': {
    resource: {
      idOf: clientSecretId,
      work: (event) => clientSecret(event, { cognito: new CognitoIdentityProviderClient(aws.client), secrets: secrets() }),
    },
    properties: () => CLIENT, changed: { ClientId: 'web2' }, state: secretText, isKeptOnDelete: true,
  },
  'a shared certificate': {
    resource: TUNNEL, properties: () => DAYS, changed: { ValidDays: '60' },
    state: secretText, isKeptOnDelete: true,
  },
  'a certificate that turns': {
    resource: TUNNEL, properties: () => ({ ...DAYS, Rotates: 'true' }), changed: { ValidDays: '60' },
    state: secretText, isKeptOnDelete: true,
  },
  'what logs need in OpenSearch': {
    resource: {
      idOf: openSearchSetupId,
      work: (event) => openSearchSetup(event, (endpoint) => openSearchClient({ endpoint, region: 'eu-central-1' }, () => keys)),
    },
    properties: () => ({ Endpoint: openSearch.url, Stream: 'logs-gateway', RetentionDays: '30' }),
    changed: { RetentionDays: '7' }, state: () => structuredClone([...openSearch.stored].sort()), isKeptOnDelete: false,
  },
};

describe.each(Object.entries(LIVES))('%s', (_, { resource, properties, changed, state, isKeptOnDelete }) => {
  const call = async (type: 'Create' | 'Update' | 'Delete', changes: Record<string, unknown> = {}) => {
    const known = aws.told.at(-1)?.PhysicalResourceId as string | undefined;
    await answerCustomResource(aws.event(type, { ...properties(), ...changes }, known), resource);
    return aws.told.at(-1)!;
  };

  it('is one and the same through retries, an update and its rollback', async () => {
    const first = await call('Create');
    expect(first.Status).toBe('SUCCESS');
    const made = state();
    expect(await call('Create')).toEqual(first);
    expect(state()).toEqual(made);
    for (const changes of [changed, changed, {}]) {
      expect(await call('Update', changes)).toMatchObject({
        Status: 'SUCCESS',
        PhysicalResourceId: first.PhysicalResourceId,
      });
    }
    expect(state()).toEqual(made);
  });

  it('may be deleted twice, and then made again', async () => {
    const first = await call('Create');
    const made = state();
    for (const _time of [1, 2]) {
      expect(await call('Delete')).toMatchObject({
        Status: 'SUCCESS',
        PhysicalResourceId: first.PhysicalResourceId,
      });
    }
    if (isKeptOnDelete) expect(state()).toEqual(made);
    else expect(state()).not.toEqual(made);
    expect(await call('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: first.PhysicalResourceId });
  });

  it('that cannot be created is reported as failed, without a secret, and can be deleted', async () => {
    aws.secrets.set(ARN, 'planted-text');
    openSearch.refusals.set('PUT /_index_template/logs-gateway', 500);
    await aws.close();
    const told: unknown[] = [];
    aws = await startFakeAws({
      DescribeUserPoolClient: () => ({
        status: 200,
        body: { UserPoolClient: { ClientSecret: 'planted-secret' } },
      }),
      PutSecretValue: () => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'not allowed' } }),
    });
    told.push(await call('Create'), await call('Delete'));
    const PhysicalResourceId = resource.idOf(aws.event('Create', properties()));
    expect(told).toMatchObject([{ Status: 'FAILED', PhysicalResourceId }, { Status: 'SUCCESS', PhysicalResourceId }]);
    expect(JSON.stringify([told, lines])).not.toMatch(/planted|PRIVATE KEY/);
  });

  it('puts no secret into reports to CloudFormation, and none into the log', async () => {
    for (const [type, changes] of [['Create', {}], ['Update', changed], ['Delete', {}]] as const) await call(type, changes);
    const said = JSON.stringify([aws.told, lines]);
    expect(said).not.toMatch(/planted|PRIVATE KEY|session_secret/);
    for (const line of (secretText() ?? '').match(/[A-Za-z0-9+/]{60,}/g) ?? []) expect(said).not.toContain(line);
  });
});
