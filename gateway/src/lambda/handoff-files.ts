/**
 * Custom resource: the files that a site gets, in a bucket. CloudFormation has put the values into them that are known only after
 * deployment.
 * The index is written after the files that it names, and what is no longer named goes last: a reader that follows the index never misses a
 * file.
 */
import { createHash } from 'node:crypto';
import { DeleteObjectCommand, ListObjectVersionsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { settled, textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';

/** One file: its path below the prefix, its text. */
interface HandedFile {
  readonly Path: string;
  readonly Text: string;
}

/**
 * Properties: `Bucket`; `Prefix`, ending with '/', which is the site's alone; `Files`; `Index`, a JSON object, and `IndexPath`, where it is
 * written with the
 * digest of every file as `files`. Attribute: `Digest`, SHA-256 of the index in hex.
 */
export async function handoffFiles(event: CustomResourceEvent, client: S3Client): Promise<CustomResourceResult> {
  const bucket = textProperty(event, 'Bucket');
  const prefix = textProperty(event, 'Prefix');
  const physicalId = handoffId(event);
  if (event.RequestType === 'Delete') {
    await deleteEveryVersion(client, bucket, prefix);
    return { physicalId };
  }
  const files = filesOf(event);
  const index = indexText(event, files);
  const indexPath = textProperty(event, 'IndexPath');
  const put = (Path: string, Text: string) => client.send(new PutObjectCommand({
    Bucket: bucket, Key: prefix + Path, Body: Text, ContentType: Path.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8',
  }));
  await settled(files.map(({ Path, Text }) => put(Path, Text)));
  await put(indexPath, index);
  await deleteOthers(client, bucket, prefix, new Set([indexPath, ...files.map(({ Path }) => Path)].map((path) => prefix + path)));
  return { physicalId, attributes: { Digest: digestOf(index) } };
}

/** Another bucket or prefix is another resource: CloudFormation then has the old one deleted. */
export function handoffId(event: CustomResourceEvent): string {
  return `handoff/${textProperty(event, 'Bucket')}/${textProperty(event, 'Prefix')}`;
}

function filesOf(event: CustomResourceEvent): readonly HandedFile[] {
  const files = event.ResourceProperties.Files;
  const isFile = (file: unknown): file is HandedFile => typeof (file as HandedFile | null)?.Path === 'string'
    && typeof (file as HandedFile).Text === 'string';
  if (Array.isArray(files) && files.every(isFile)) return files;
  throw new Error(`property Files of ${event.LogicalResourceId}: expected a list of Path and Text`);
}

function indexText(event: CustomResourceEvent, files: readonly HandedFile[]): string {
  const index = JSON.parse(textProperty(event, 'Index')) as object;
  return JSON.stringify({ ...index, files: Object.fromEntries(files.map(({ Path, Text }) => [Path, digestOf(Text)])) }, undefined, 2);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function deleteOthers(client: S3Client, bucket: string, prefix: string, kept: ReadonlySet<string>): Promise<void> {
  let token: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
    const gone = (page.Contents ?? []).map(({ Key }) => Key!).filter((key) => !kept.has(key));
    await settled(gone.map((Key) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))));
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Old versions, too: a bucket that still holds some cannot be deleted with the stack. */
async function deleteEveryVersion(client: S3Client, bucket: string, prefix: string): Promise<void> {
  let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (marker) {
    const page = await versions(client, bucket, prefix, marker);
    if (!page) return;
    const gone = [...page.Versions ?? [], ...page.DeleteMarkers ?? []];
    await settled(gone.map(({ Key, VersionId }) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: Key!, VersionId }))));
    marker = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
}

/** Nothing when the bucket has been deleted: there is nothing left to do. */
async function versions(client: S3Client, bucket: string, prefix: string, marker: { KeyMarker?: string; VersionIdMarker?: string }) {
  try {
    return await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker }));
  } catch (error) {
    if ((error as Error).name === 'NoSuchBucket') return undefined;
    throw error;
  }
}
