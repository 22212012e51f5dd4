import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PATIENCE, answerCustomResource, settled, textProperty } from './custom-resource.ts';
import type { CustomResource, CustomResourceWork } from './custom-resource.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';

const IMPATIENT = { ...PATIENCE, answerMs: 1 };
const thing = (work: CustomResourceWork): CustomResource => ({ idOf: () => 'thing', work });

let aws: FakeAws;
beforeEach(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  aws = await startFakeAws();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await aws.close();
});

describe('answering CloudFormation', () => {
  it('tells the physical id and the attributes of work that succeeded', async () => {
    await answerCustomResource(aws.event('Create', {}), thing(async () =>
      ({ physicalId: 'thing', attributes: { Fingerprint: 'AA' } })));
    expect(aws.told).toEqual([{
      Status: 'SUCCESS', PhysicalResourceId: 'thing', Data: { Fingerprint: 'AA' }, StackId: 'stack', RequestId: 'request',
      LogicalResourceId: 'Resource',
    }]);
  });

  it('tells the reason of work that failed, and keeps the physical id of an update', async () => {
    await answerCustomResource(aws.event('Update', {}, 'thing'), thing(async () => {
      throw new Error('no permission');
    }));
    expect(aws.told).toMatchObject([{ Status: 'FAILED', Reason: 'Error: no permission', PhysicalResourceId: 'thing' }]);
  });

  it('cuts a reason that CloudFormation would not take', async () => {
    await answerCustomResource(aws.event('Create', {}), thing(async () => {
      throw new Error('\u20ac'.repeat(100_000));
    }));
    expect(Buffer.byteLength(JSON.stringify(aws.told[0]))).toBeLessThan(4096);
    expect(aws.told[0]).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Error: \u20ac+$/) });
  });

  it('logs neither properties nor the presigned address', async () => {
    await answerCustomResource(aws.event('Create', { Text: 'planted-property' }), thing(async () =>
      ({ physicalId: 'thing', attributes: { Fingerprint: 'planted-attribute' } })));
    const lines = JSON.stringify([vi.mocked(console.log).mock.calls, vi.mocked(console.error).mock.calls]);
    expect(lines).toContain('Resource');
    for (const hidden of ['planted', '/answer']) expect(lines).not.toContain(hidden);
  });

  it('tells the physical id of a Create that failed, so that CloudFormation asks for its deletion', async () => {
    const work = vi.fn<CustomResourceWork>(async ({ RequestType }) => {
      if (RequestType === 'Create') throw new Error('broken');
      return { physicalId: 'thing' };
    });
    await answerCustomResource(aws.event('Create', {}), thing(work));
    await answerCustomResource(aws.event('Delete', {}, String(aws.told[0]!.PhysicalResourceId)), thing(work));
    expect(work.mock.calls.map(([{ RequestType }]) => RequestType)).toEqual(['Create', 'Delete']);
    expect(aws.told).toMatchObject([{ Status: 'FAILED', PhysicalResourceId: 'thing' }, { Status: 'SUCCESS', PhysicalResourceId: 'thing' }]);
  });

  it('tries again when the response bucket refuses', async () => {
    aws.refuseAnswers = 3;
    await answerCustomResource(aws.event('Create', {}), thing(async () => ({ physicalId: 'thing' })), undefined, IMPATIENT);
    expect(aws.told).toHaveLength(1);
  });

  it('fails when CloudFormation cannot be reached, so that Lambda tries again', async () => {
    aws.refuseAnswers = 4;
    const answered = answerCustomResource(aws.event('Create', {}), thing(async () => ({ physicalId: 'thing' })), undefined, IMPATIENT);
    await expect(answered).rejects.toThrow(/answered 503/);
  });
});

describe('several calls at once', () => {
  it('have all ended when the first failure is known', async () => {
    let hasEnded = false;
    const slow = new Promise<void>((resume) => setTimeout(resume, 5)).then(() => void (hasEnded = true));
    await expect(settled([Promise.reject(new Error('first')), slow])).rejects.toThrow('first');
    expect(hasEnded).toBe(true);
    expect(await settled([1, 2].map(async (each) => each))).toEqual([1, 2]);
  });
});

describe('reading a property', () => {
  it.each([[undefined, 'nothing'], ['', '""'], [7, '7']])('refuses %j with its name', (value, got) => {
    expect(() => textProperty(aws.event('Create', { SecretArn: value }),
      'SecretArn')).toThrow(`property SecretArn of Resource: expected text, got ${got}`);
  });
});
