import { EKSClient } from '@aws-sdk/client-eks';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerCustomResource } from './custom-resource.ts';
import type { CustomResourceEvent } from './custom-resource.ts';
import { eksConnector, eksConnectorId } from './eks-connector.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { Answer, FakeAws } from './fake-aws.testing.ts';

const PROPERTIES = {
  ClusterName: 'factory', RoleArn: 'arn:aws:iam::123456789012:role/agent', SecretArn: 'arn:secret',
  Region: 'eu-central-1', Registration: '1',
};
const REGISTER = 'POST /cluster-registrations';
const DEREGISTER = 'DELETE /cluster-registrations';
const DESCRIBE = 'GET /clusters';
const DAY_S = 86_400;

/** EKS' list of registered clusters. */
interface Registered {
  tags: Record<string, string>;
  status: string;
  roleArn: string;
  activationId: string;
  expiryS: number;
}

let aws: FakeAws;
let registered: Map<string, Registered>;
/** Errors that the next registrations answer with. */
let refusals: { name: string; message: string }[];
let number: number;
let nowS: number;
let lines: unknown[][];

const clock = {
  now: () => new Date(nowS * 1000),
  pause: async (ms: number) => {
    nowS += ms / 1000;
  },
};

function cluster(name: string, extra: object = {}): Answer {
  const found = registered.get(name)!;
  const { tags, status, roleArn, activationId, expiryS } = found;
  return {
    status: 200, body: {
      cluster: {
        name, arn: `arn:cluster/${name}`, tags, status,
        connectorConfig: { activationId, activationExpiry: expiryS, roleArn, provider: 'EKS_ANYWHERE', ...extra },
      },
    },
  };
}

const unknown = { status: 404, body: { __type: 'ResourceNotFoundException', message: 'No cluster found' } };
const nameIn = ({ path = '' }: Record<string, string>) => path.split('/').pop()!;

function register(input: Record<string, unknown>): Answer {
  const refusal = refusals.shift();
  if (refusal) return { status: 400, body: { __type: refusal.name, message: refusal.message } };
  const { name, connectorConfig, tags } = input as unknown as {
    name: string; connectorConfig: { roleArn: string }; tags: Record<string,
      string>;
  };
  if (registered.has(name)) return { status: 409, body: { __type: 'ResourceInUseException', message: 'Cluster already exists' } };
  number += 1;
  registered.set(name, {
    tags, status: 'PENDING', roleArn: connectorConfig.roleArn, activationId: `id-${number}`,
    expiryS: nowS + 3 * DAY_S,
  });
  return cluster(name, { activationCode: `planted-code-${number}` });
}

const run = (type: CustomResourceEvent['RequestType'], changes: object = {}) =>
  eksConnector(aws.event(type, { ...PROPERTIES, ...changes }, type === 'Create' ? undefined : 'eks-connector/factory'), {
    eks: new EKSClient(aws.client), secrets: new SecretsManagerClient(aws.client),
  }, clock);

beforeEach(async () => {
  [registered, refusals, number, nowS, lines] = [new Map(), [], 0, 1_800_000_000, []];
  for (const stream of ['log', 'error'] as const) vi.spyOn(console, stream).mockImplementation((...line) => void lines.push(line));
  aws = await startFakeAws({
    [REGISTER]: register,
    [DESCRIBE]: (input) => registered.has(nameIn(input)) ? cluster(nameIn(input)) : unknown,
    [DEREGISTER]: (input) => registered.delete(nameIn(input)) ? { status: 200, body: {} } : unknown,
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await aws.close();
});

const kept = () => JSON.parse(aws.secrets.get('arn:secret') ?? '{}') as Record<string, string>;

describe('registering', () => {
  it('keeps the activation in the secret and tells CloudFormation when it ends', async () => {
    expect(await run('Create')).toEqual({
      physicalId: 'eks-connector/factory',
      attributes: { ClusterArn: 'arn:cluster/factory', ActivationExpiry: new Date((nowS + 3 * DAY_S) * 1000).toISOString() },
    });
    expect(kept()).toEqual({ id: 'id-1', code: 'planted-code-1', region: 'eu-central-1' });
    expect(registered.get('factory')).toMatchObject({ tags: { 'hybridge:stack': 'stack' }, roleArn: PROPERTIES.RoleArn });
  });

  it('leaves the code out of the answer and of the log', async () => {
    await answerCustomResource(aws.event('Create', PROPERTIES), {
      idOf: eksConnectorId,
      work: (event) => eksConnector(event, { eks: new EKSClient(aws.client), secrets: new SecretsManagerClient(aws.client) }, clock),
    });
    expect(aws.told).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'eks-connector/factory' }]);
    expect(JSON.stringify([aws.told, lines])).not.toContain('planted-code');
  });

  it('gives nothing away when the secret cannot be written, and takes the registration back', async () => {
    await aws.close();
    aws = await startFakeAws({
      [REGISTER]: register,
      [DESCRIBE]: () => unknown,
      [DEREGISTER]: (input) => registered.delete(nameIn(input)) ? { status: 200, body: {} } : unknown,
      PutSecretValue: () => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'not allowed' } }),
    });
    await expect(run('Create')).rejects.toThrow('not allowed');
    expect(registered.size).toBe(0);
  });

  it.each([
    ['ResourcePropagationDelayException', 'role is not there yet'],
    ['InvalidRequestException', 'Not existing role: arn:aws:iam::123456789012:role/agent'],
  ])('waits until the new role is known (%s)', async (name, message) => {
    refusals.push({ name, message }, { name, message });
    await run('Create');
    expect(aws.calls.filter((call) => call === REGISTER)).toHaveLength(3);
  });

  it('gives up waiting before Lambda ends it', async () => {
    refusals.push(...Array.from({ length: 100 }, () => ({ name: 'ResourcePropagationDelayException', message: 'role is not there yet' })));
    await expect(run('Create')).rejects.toThrow('role is not there yet');
    expect(nowS - 1_800_000_000).toBeLessThan(60);
  });

  it('says how to make the role of the service', async () => {
    refusals.push({ name: 'InvalidRequestException', message: 'role/AWSServiceRoleForAmazonEKSConnector is not available' });
    await expect(run('Create')).rejects.toThrow('aws iam create-service-linked-role --aws-service-name eks-connector.amazonaws.com');
  });

  it('refuses a name that another stack registered', async () => {
    registered.set('factory', { tags: {}, status: 'ACTIVE', roleArn: 'x', activationId: 'theirs', expiryS: 0 });
    await expect(run('Create')).rejects.toThrow('EKS knows a cluster factory in this region already, and this stack did not register it');
    expect(aws.calls).toEqual([DESCRIBE]);
  });

  it('is the same when Lambda runs it twice', async () => {
    const first = await run('Create');
    expect(await run('Create')).toEqual(first);
    expect(kept().code).toBe('planted-code-1');
  });

  it('starts over after an attempt that ended between registration and secret', async () => {
    await run('Create');
    aws.secrets.clear();
    await run('Create');
    expect(kept()).toMatchObject({ id: 'id-2', code: 'planted-code-2' });
  });
});

describe('an update', () => {
  beforeEach(() => run('Create'));

  it('keeps a cluster that is connected, though its activation has ended', async () => {
    registered.get('factory')!.status = 'ACTIVE';
    nowS += 4 * DAY_S;
    await run('Update', { Registration: '2' });
    expect(registered.get('factory')!.activationId).toBe('id-1');
  });

  it('keeps an activation that is still good', async () => {
    nowS += 2 * DAY_S;
    await run('Update', { Registration: '2' });
    expect(kept().id).toBe('id-1');
  });

  it('registers again when the activation ended before the agents came', async () => {
    nowS += 4 * DAY_S;
    await run('Update', { Registration: '2' });
    expect(kept()).toMatchObject({ id: 'id-2', code: 'planted-code-2' });
  });

  it('registers again when the cluster was deregistered', async () => {
    registered.clear();
    await run('Update');
    expect(kept().id).toBe('id-2');
  });

  it('registers again for another role', async () => {
    registered.get('factory')!.status = 'ACTIVE';
    await run('Update', { RoleArn: 'arn:aws:iam::123456789012:role/other' });
    expect(registered.get('factory')).toMatchObject({ activationId: 'id-2', roleArn: 'arn:aws:iam::123456789012:role/other' });
  });

  it('of the name makes a new resource; CloudFormation then deletes the old one', async () => {
    expect(await run('Update', { ClusterName: 'plant' })).toMatchObject({ physicalId: 'eks-connector/plant' });
    await run('Delete');
    expect([...registered.keys()]).toEqual(['plant']);
  });
});

describe('a rollback', () => {
  it('of another role registers with the first one again, under the same id, with an activation that the secret holds', async () => {
    const first = await run('Create');
    const changed = await run('Update', { RoleArn: 'arn:aws:iam::123456789012:role/other' });
    const back = await run('Update');
    expect([changed.physicalId, back.physicalId]).toEqual([first.physicalId, first.physicalId]);
    expect(registered.get('factory')).toMatchObject({ roleArn: PROPERTIES.RoleArn, activationId: kept().id });
  });

  it('of another name leaves the first one registered, and takes the other away', async () => {
    await run('Create');
    const other = await run('Update', { ClusterName: 'plant' });
    expect(other.physicalId).toBe('eks-connector/plant');
    expect((await run('Update')).physicalId).toBe('eks-connector/factory');
    await run('Delete', { ClusterName: 'plant' });
    expect([...registered.keys()]).toEqual(['factory']);
  });
});

describe('a deletion', () => {
  it('deregisters the cluster', async () => {
    await run('Create');
    await run('Delete');
    expect(registered.size).toBe(0);
  });

  it('succeeds when the cluster is gone already', async () => {
    expect(await run('Delete')).toEqual({ physicalId: 'eks-connector/factory' });
  });

  it('leaves alone what another stack registered', async () => {
    registered.set('factory', { tags: { 'hybridge:stack': 'other' }, status: 'ACTIVE', roleArn: 'x', activationId: 'theirs', expiryS: 0 });
    await run('Delete');
    expect(registered.size).toBe(1);
  });
});
