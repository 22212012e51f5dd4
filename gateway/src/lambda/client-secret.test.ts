import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientSecret, clientSecretId } from './client-secret.ts';
import { answerCustomResource } from './custom-resource.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';

const PROPERTIES = { SecretArn: 'arn:secret', UserPoolId: 'eu-central-1_pool', ClientId: 'web', Issuer: 'https://issuer.example' };
const PLANTED = 'planted-client-secret';

let aws: FakeAws;
let poolClient: Record<string, string>;
const clients = () => ({ cognito: new CognitoIdentityProviderClient(aws.client), secrets: new SecretsManagerClient(aws.client) });

beforeEach(async () => {
  poolClient = { ClientId: 'web', ClientSecret: PLANTED };
  aws = await startFakeAws({ DescribeUserPoolClient: () => ({ status: 200, body: { UserPoolClient: poolClient } }) });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await aws.close();
});

describe('copying a client secret', () => {
  it('writes issuer, client id and client secret as one document', async () => {
    await clientSecret(aws.event('Create', PROPERTIES), clients());
    expect(JSON.parse(aws.secrets.get('arn:secret')!)).toEqual({
      issuer: 'https://issuer.example', client_id: 'web',
      client_secret: PLANTED,
    });
  });

  it('leaves the secret out of the answer and of the log', async () => {
    const lines: unknown[][] = [];
    for (const stream of ['log', 'error'] as const) vi.spyOn(console, stream).mockImplementation((...line) => void lines.push(line));
    await answerCustomResource(aws.event('Create', PROPERTIES), { idOf: clientSecretId, work: (event) => clientSecret(event, clients()) });
    expect(aws.told).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'arn:secret#client-secret', Data: {} }]);
    expect(JSON.stringify([aws.told, lines])).not.toContain(PLANTED);
  });

  it('makes no new version of a secret that is right already', async () => {
    await clientSecret(aws.event('Create', PROPERTIES), clients());
    aws.calls.length = 0;
    await clientSecret(aws.event('Update', PROPERTIES), clients());
    expect(aws.calls).toEqual(['DescribeUserPoolClient', 'GetSecretValue']);
  });

  it('follows a client that was replaced', async () => {
    await clientSecret(aws.event('Create', PROPERTIES), clients());
    poolClient = { ClientId: 'web2', ClientSecret: 'next' };
    await clientSecret(aws.event('Update', { ...PROPERTIES, ClientId: 'web2' }), clients());
    expect(JSON.parse(aws.secrets.get('arn:secret')!)).toMatchObject({ client_id: 'web2', client_secret: 'next' });
  });

  it('gives a machine what it gets tokens with', async () => {
    await clientSecret(aws.event('Create', { ...PROPERTIES, TokenEndpoint: 'https://login.example/oauth2/token', Scope: 'gateway/call' }),
      clients());
    expect(JSON.parse(aws.secrets.get('arn:secret')!)).toEqual({
      issuer: 'https://issuer.example', client_id: 'web', client_secret: PLANTED, token_endpoint: 'https://login.example/oauth2/token',
      scope: 'gateway/call',
    });
  });

  it('makes a key for sessions once, and keeps it over updates and new clients', async () => {
    const document = () => JSON.parse(aws.secrets.get('arn:secret')!) as { client_secret: string; session_secret: string };
    aws.secrets.set('arn:secret', '{"replaced":"random text"}');
    await clientSecret(aws.event('Create', { ...PROPERTIES, Session: 'true' }), clients());
    const { session_secret } = document();
    expect(Buffer.from(session_secret, 'base64url')).toHaveLength(32);
    poolClient = { ClientId: 'web', ClientSecret: 'next' };
    await clientSecret(aws.event('Update', { ...PROPERTIES, Session: 'true' }), clients());
    expect(document()).toMatchObject({ client_secret: 'next', session_secret });
  });

  it('refuses a client without a secret', async () => {
    poolClient = { ClientId: 'web' };
    await expect(clientSecret(aws.event('Create', PROPERTIES),
      clients())).rejects.toThrow('app client web has no secret: create it with generateSecret');
  });

  it('touches nothing on delete', async () => {
    await clientSecret(aws.event('Delete', PROPERTIES, 'arn:secret#client-secret'), clients());
    expect(aws.calls).toEqual([]);
  });
});
