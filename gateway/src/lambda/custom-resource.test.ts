import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerCustomResource, textProperty } from './custom-resource.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';

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
    await answerCustomResource(aws.event('Create', {}), async () => ({ physicalId: 'thing', attributes: { Fingerprint: 'AA' } }));
    expect(aws.told).toEqual([{
      Status: 'SUCCESS', PhysicalResourceId: 'thing', Data: { Fingerprint: 'AA' }, StackId: 'stack', RequestId: 'request',
      LogicalResourceId: 'Resource',
    }]);
  });

  it('tells the reason of work that failed, and keeps the physical id of an update', async () => {
    await answerCustomResource(aws.event('Update', {}, 'thing'), async () => {
      throw new Error('no permission');
    });
    expect(aws.told).toMatchObject([{ Status: 'FAILED', Reason: 'Error: no permission', PhysicalResourceId: 'thing' }]);
  });

  it('cuts a reason that CloudFormation would not take', async () => {
    await answerCustomResource(aws.event('Create', {}), async () => {
      throw new Error('\u20ac'.repeat(100_000));
    });
    expect(Buffer.byteLength(JSON.stringify(aws.told[0]))).toBeLessThan(4096);
    expect(aws.told[0]).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Error: \u20ac+$/) });
  });

  it('logs neither properties nor the presigned address', async () => {
    await answerCustomResource(aws.event('Create', { Text: 'planted-property' }), async () =>
      ({ physicalId: 'thing', attributes: { Fingerprint: 'planted-attribute' } }));
    const lines = JSON.stringify([vi.mocked(console.log).mock.calls, vi.mocked(console.error).mock.calls]);
    expect(lines).toContain('Resource');
    for (const hidden of ['planted', '/answer']) expect(lines).not.toContain(hidden);
  });

  it('deletes nothing for a resource that was never created', async () => {
    const work = vi.fn(async () => {
      throw new Error('broken');
    });
    await answerCustomResource(aws.event('Create', {}), work);
    const [failed] = aws.told;
    await answerCustomResource(aws.event('Delete', {}, String(failed!.PhysicalResourceId)), work);
    expect(work).toHaveBeenCalledTimes(1);
    expect(aws.told[1]).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: failed!.PhysicalResourceId });
  });

  it('tries again when the response bucket refuses', async () => {
    aws.refuseAnswers = 3;
    await answerCustomResource(aws.event('Create', {}), async () => ({ physicalId: 'thing' }), 1);
    expect(aws.told).toHaveLength(1);
  });

  it('fails when CloudFormation cannot be reached, so that Lambda tries again', async () => {
    aws.refuseAnswers = 4;
    await expect(answerCustomResource(aws.event('Create', {}), async () => ({ physicalId: 'thing' }), 1)).rejects.toThrow(/answered 503/);
  });
});

describe('reading a property', () => {
  it.each([[undefined, 'nothing'], ['', '""'], [7, '7']])('refuses %j with its name', (value, got) => {
    expect(() => textProperty(aws.event('Create', { SecretArn: value }),
      'SecretArn')).toThrow(`property SecretArn of Resource: expected text, got ${got}`);
  });
});
