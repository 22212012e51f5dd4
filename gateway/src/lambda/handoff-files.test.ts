import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomResourceEvent } from './custom-resource.ts';
import { FakeBucket } from './fake-bucket.testing.ts';
import { handoffFiles } from './handoff-files.ts';

let bucket: FakeBucket;
let server: Server;
let client: S3Client;
beforeEach(async () => {
  bucket = new FakeBucket();
  server = createServer((request, response) => void bucket.serve(request, response));
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new S3Client({
    endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1,
    forcePathStyle: true,
  });
});
afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  return new Promise((resume) => server.close(resume));
});

const FILES = [{ Path: 'planes/factory-plane/1-foundation.k8s.yaml', Text: 'kind: Namespace\n' },
  { Path: 'planes/factory-plane/3-plane.k8s.yaml', Text: 'kind: Deployment\n' }];

function event(RequestType: CustomResourceEvent['RequestType'], changes: Record<string, unknown> = {}): CustomResourceEvent {
  const ResourceProperties = {
    Bucket: 'handoff', Prefix: 'Cloud/factory/', IndexPath: 'index.json',
    Index: '{"version":1,"site":"factory"}', Files: FILES, ...changes,
  };
  return { RequestType, ResourceProperties, ResponseURL: '', StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Files' };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('files of a site', () => {
  it('are written with an index of their digests, which comes last', async () => {
    const { physicalId, attributes } = await handoffFiles(event('Create'), client);
    expect(physicalId).toBe('handoff/handoff/Cloud/factory/');
    expect(bucket.current('Cloud/factory/planes/factory-plane/3-plane.k8s.yaml')).toBe('kind: Deployment\n');
    const index = bucket.current('Cloud/factory/index.json')!;
    expect(JSON.parse(index)).toEqual({
      version: 1, site: 'factory',
      files: Object.fromEntries(FILES.map(({ Path, Text }) => [Path, sha256(Text)])),
    });
    expect(attributes).toEqual({ Digest: sha256(index) });
    expect(bucket.written.at(-1)).toBe('Cloud/factory/index.json');
  });

  it('are the same after a retry', async () => {
    const first = await handoffFiles(event('Create'), client);
    expect(await handoffFiles(event('Create'), client)).toEqual(first);
    expect(bucket.keys()).toHaveLength(3);
  });

  it('replace what an update no longer names, and leave other sites alone', async () => {
    await handoffFiles(event('Create', { Prefix: 'Cloud/branch/' }), client);
    const { attributes } = await handoffFiles(event('Create'), client);
    const updated = await handoffFiles(event('Update', { Files: [{ Path: 'flux.yaml', Text: 'kind: Bucket\n' }] }), client);
    expect(bucket.keys().filter((key) => key.startsWith('Cloud/factory/'))).toEqual(['Cloud/factory/flux.yaml',
      'Cloud/factory/index.json']);
    expect(bucket.keys().filter((key) => key.startsWith('Cloud/branch/'))).toHaveLength(3);
    expect(updated.attributes!.Digest).not.toBe(attributes!.Digest);
  });

  it('are what they were after an update that is rolled back, in the same place', async () => {
    const first = await handoffFiles(event('Create'), client);
    const before = bucket.keys().map((key) => [key, bucket.current(key)]);
    const failed = await handoffFiles(event('Update', { Files: [{ Path: 'flux.yaml', Text: 'kind: Bucket\n' }] }), client);
    expect(failed.physicalId).toBe(first.physicalId);
    expect(await handoffFiles(event('Update'), client)).toEqual(first);
    expect(bucket.keys().map((key) => [key, bucket.current(key)])).toEqual(before);
  });

  it('may be deleted twice', async () => {
    await handoffFiles(event('Create'), client);
    for (const _ of [1, 2]) {
      await expect(handoffFiles(event('Delete'),
        client)).resolves.toEqual({ physicalId: 'handoff/handoff/Cloud/factory/' });
    }
  });

  it('go with all their versions when the site goes, so that the bucket can go, too', async () => {
    await handoffFiles(event('Create', { Prefix: 'Cloud/branch/' }), client);
    await handoffFiles(event('Create'), client);
    await handoffFiles(event('Update', { Files: FILES.slice(0, 1) }), client);
    await handoffFiles(event('Delete'), client);
    expect(bucket.versions.filter(({ key }) => key.startsWith('Cloud/factory/'))).toEqual([]);
    expect(bucket.versions).toHaveLength(3);
  });

  it('need no bucket to be gone', async () => {
    bucket.missing = true;
    await expect(handoffFiles(event('Delete'), client)).resolves.toMatchObject({ physicalId: 'handoff/handoff/Cloud/factory/' });
    await expect(handoffFiles(event('Create'), client)).rejects.toThrow('gone');
  });

  it.each([[undefined], ['text'], [[{ Path: 'a' }]], [[null]]])('are refused as %j', async (Files) => {
    await expect(handoffFiles(event('Create', { Files }),
      client)).rejects.toThrow('property Files of Files: expected a list of Path and Text');
    expect(bucket.written).toEqual([]);
  });
});
