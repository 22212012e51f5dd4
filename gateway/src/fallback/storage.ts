/** Where the fallback is: one object in a bucket of Amazon S3, or a file. */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { FALLBACK_OBJECT } from '../../contract.ts';
import { signedHeaders } from '../base/aws-signature.ts';
import { CredentialProvider } from './aws-credentials.ts';
import type { CredentialSource } from './aws-credentials.ts';

export interface FallbackStorage {
  /** For people. */
  readonly place: string;
  /** @returns undefined when there is nothing @throws Error */
  read(): Promise<Buffer | undefined>;
  /** @throws Error */
  write(bytes: Buffer): Promise<void>;
}

export interface FallbackStorageOptions {
  /** `s3://bucket/prefix`, or `file:///folder`. */
  readonly storage: string;
  readonly region?: string | undefined;
  /** Address of the service, in place of that of Amazon S3. */
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
}

const TIMEOUT_MS = 30_000;

/** Largest object that is read. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

export function fallbackStorage(options: FallbackStorageOptions): FallbackStorage {
  const url = new URL(options.storage);
  return url.protocol === 'file:' ? fileStorage(join(fileURLToPath(url), FALLBACK_OBJECT)) : bucketStorage(url, options);
}

/** A file that something else fetched: the start script of an instance. */
function fileStorage(path: string): FallbackStorage {
  return {
    place: path,
    read: async () => {
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: async (bytes) => {
      await writeFile(`${path}.new`, bytes, { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
  };
}

function bucketStorage(url: URL, { region = 'us-east-1', endpoint, credentials }: FallbackStorageOptions): FallbackStorage {
  const provider = new CredentialProvider(credentials);
  const bucket = url.hostname;
  const key = [...url.pathname.split('/').filter((part) => part !== ''), FALLBACK_OBJECT].join('/');
  const target = endpoint === undefined
    ? new URL(`https://${bucket}.s3.${region}.amazonaws.com/${key}`)
    : new URL(`${endpoint.replace(/\/$/, '')}/${bucket}/${key}`);
  const send = async (method: 'GET' | 'PUT', body?: Buffer): Promise<Response> => {
    const headers = signedHeaders({
      method, url: target, ...body && { body },
      headers: { 'x-amz-content-sha256': createHash('sha256').update(body ?? '').digest('hex') },
    }, { service: 's3', region }, await provider.credentials(), new Date());
    return fetch(target, {
      method, headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error', ...body && { body: new Uint8Array(body) },
    });
  };
  return {
    place: `s3://${bucket}/${key}`,
    read: async () => {
      const response = await send('GET');
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(await problemOf(response));
      return limitedBody(response);
    },
    write: async (bytes) => {
      const response = await send('PUT', bytes);
      if (!response.ok) throw new Error(await problemOf(response));
      await response.arrayBuffer();
    },
  };
}

async function limitedBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the object has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Status and the code of the error document, such as `AccessDenied`. */
async function problemOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  const code = /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1];
  return `the service answered ${response.status}${code === undefined ? '' : ` ${code}`}`;
}
