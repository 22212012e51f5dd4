import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomResourceEvent } from './custom-resource.ts';
import { handoffFiles } from './handoff-files.ts';

/** As much of a versioned bucket as the function needs, at the wire: two keys a page. */
class FakeBucket {
  readonly written: string[] = [];
  readonly versions: { key: string; id: string; text?: string }[] = [];
  missing = false;

  current(key: string): string | undefined {
    return this.versions.findLast((version) => version.key === key)?.text;
  }

  keys(): string[] {
    return [...new Set(this.versions.map(({ key }) => key))].filter((key) => this.current(key) !== undefined).sort();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://s3');
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const query = url.searchParams;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.missing) return void response.writeHead(404).end('<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>');
    if (request.method === 'PUT') this.#put(key, Buffer.concat(chunks).toString());
    else if (request.method === 'DELETE') this.#remove(key, query.get('versionId'));
    else {
      return void response.writeHead(200, { 'content-type': 'application/xml' }).end(query.has('versions') ? this.#versionPage(query)
        : this.#page(query));
    }
    response.writeHead(request.method === 'PUT' ? 200 : 204).end();
  }

  #put(key: string, text: string) {
    this.written.push(key);
    this.versions.push({ key, id: `v${this.versions.length + 1}`, text });
  }

  #remove(key: string, id: string | null) {
    if (id === null) this.versions.push({ key, id: `v${this.versions.length + 1}` });
    else this.versions.splice(this.versions.findIndex((version) => version.key === key && version.id === id), 1);
  }

  #page(query: URLSearchParams): string {
    const keys = this.keys().filter((key) => key.startsWith(query.get('prefix')!));
    // A page begins after the last key of the one before, whatever was deleted between the two.
    const left = keys.filter((key) => key > (query.get('continuation-token') ?? ''));
    const contents = left.slice(0, 2).map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    const next = left.length > 2 ? `<NextContinuationToken>${left[1]}</NextContinuationToken>` : '';
    return `<ListBucketResult>${contents}${next}</ListBucketResult>`;
  }

  #versionPage(query: URLSearchParams): string {
    const found = this.versions.filter(({ key }) => key.startsWith(query.get('prefix')!));
    const entries = found.slice(0, 2).map(({ key, id, text }) => {
      const tag = text === undefined ? 'DeleteMarker' : 'Version';
      return `<${tag}><Key>${key}</Key><VersionId>${id}</VersionId></${tag}>`;
    });
    return `<ListVersionsResult>${entries.join('')}<IsTruncated>${found.length > 2}</IsTruncated></ListVersionsResult>`;
  }
}

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
