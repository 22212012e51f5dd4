import { describe, expect, it } from 'vitest';
import { contentDigest } from './content-digest.ts';
import type { CustomResourceEvent } from './custom-resource.ts';

const run = (RequestType: CustomResourceEvent['RequestType'], properties: object) => contentDigest({
  RequestType, ResourceProperties: { Text: 'host: a', Digits: '10', ...properties },
  ResponseURL: '', StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Digest',
});

describe('a digest', () => {
  it('is the same for the same text, and another one for another text, under the same id', async () => {
    const [first, again, other] = [await run('Create', {}), await run('Update', {}), await run('Update', { Text: 'host: b' })];
    expect(first).toEqual({ physicalId: 'content-digest/Digest', attributes: { Digest: expect.stringMatching(/^[0-9a-f]{10}$/) } });
    expect(again).toEqual(first);
    expect(other.physicalId).toBe(first.physicalId);
    expect(other.attributes).not.toEqual(first.attributes);
  });

  it('needs nothing to be deleted', async () => {
    expect(await run('Delete', { Text: undefined })).toEqual({ physicalId: 'content-digest/Digest' });
  });

  it('is refused without a text', async () => {
    await expect(run('Create', { Text: '' })).rejects.toThrow('property Text of Digest: expected text, got ""');
  });
});
