/** Values for stacks of other regions: written at every change, taken away with the resource. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomResourceEvent } from './custom-resource.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';
import { regionalParameter } from './regional-parameter.ts';

const NAME = '/hybridge/Cloud/control-plane/us-east-1/tunnel';
const PROPERTIES = { Region: 'us-east-1', Name: NAME, Value: 'old.elb.example', Description: 'Host of the tunnel' };

let aws: FakeAws;
let parameters: Map<string, string>;
let failure: string | undefined;
const answer = (work: () => void) => {
  if (failure !== undefined) return { status: 400, body: { __type: failure } };
  work();
  return { status: 200, body: {} };
};
beforeEach(async () => {
  parameters = new Map();
  failure = undefined;
  aws = await startFakeAws({
    PutParameter: ({ Name = '', Value = '', Overwrite }) => {
      if (!Overwrite && parameters.has(Name)) return { status: 400, body: { __type: 'ParameterAlreadyExists' } };
      return answer(() => void parameters.set(Name, Value));
    },
    DeleteParameter: ({ Name = '' }) => {
      if (!parameters.has(Name)) return { status: 400, body: { __type: 'ParameterNotFound' } };
      return answer(() => void parameters.delete(Name));
    },
  });
});
afterEach(() => aws.close());

const regions: string[] = [];
function run(type: CustomResourceEvent['RequestType'], properties: Record<string, unknown> = PROPERTIES) {
  return regionalParameter(aws.event(type, properties), (region) => {
    regions.push(region);
    return new SSMClient({ ...aws.client, region });
  });
}

it('writes the value in the other region', async () => {
  const { physicalId } = await run('Create');
  expect(parameters.get(NAME)).toBe('old.elb.example');
  expect(physicalId).toBe(`us-east-1${NAME}`);
  expect(regions.at(-1)).toBe('us-east-1');
});

it('overwrites a changed value, under the same id', async () => {
  const before = await run('Create');
  const after = await run('Update', { ...PROPERTIES, Value: 'new.elb.example' });
  expect(parameters.get(NAME)).toBe('new.elb.example');
  expect(after).toEqual(before);
});

it('is another resource in another region, so that CloudFormation deletes the one before', async () => {
  const before = await run('Create');
  expect((await run('Update', { ...PROPERTIES, Region: 'eu-west-1' })).physicalId).not.toBe(before.physicalId);
});

describe('deleting', () => {
  it('takes the parameter away', async () => {
    await run('Create');
    await run('Delete');
    expect([...parameters.keys()]).toEqual([]);
  });

  it('works when a creation failed, or comes twice', async () => {
    failure = 'InternalServerError';
    await expect(run('Create')).rejects.toThrow();
    failure = undefined;
    await expect(run('Delete')).resolves.toMatchObject({ physicalId: `us-east-1${NAME}` });
  });

  it('fails for any other reason', async () => {
    await run('Create');
    failure = 'AccessDeniedException';
    await expect(run('Delete')).rejects.toHaveProperty('name', 'AccessDeniedException');
  });
});
