/**
 * Signature Version 4, for calls to services of AWS that no client of ours knows.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that end, such as those of a role. */
  readonly sessionToken?: string;
}

interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface SigningPlace {
  /** Name of the service in the signature, such as `es`. */
  readonly service: string;
  readonly region: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The headers to send: those given, in lower case, and what proves who sends them. `host` is one of them, as the URL has it. */
export function signedHeaders(request: UnsignedRequest, { service, region }: SigningPlace, credentials: AwsCredentials,
  now: Date): Record<string, string> {
  const { method, url, headers = {}, body = '' } = request;
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signed: Record<string, string> = {
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    'host': url.host,
    'x-amz-date': time,
    ...credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken },
  };
  const names = Object.keys(signed).sort();
  const canonical = [
    method, canonicalPath(url), canonicalQuery(url), ...names.map((name) => `${name}:${signed[name]!.trim().replace(/ +/g, ' ')}`), '',
    names.join(';'), sha256(body),
  ].join('\n');
  const key = [time.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonical)].join('\n')).toString('hex');
  return {
    ...signed, authorization: `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, `
    + `Signature=${signature}`,
  };
}

/** Encoded twice: the URL has done it once. */
function canonicalPath(url: URL): string {
  return url.pathname.split('/').map(encoded).join('/');
}

function canonicalQuery(url: URL): string {
  const pairs = [...url.searchParams].map(([name, value]) => [encoded(name), encoded(value)] as const);
  return pairs.sort(([a, x], [b, y]) => compared(a, b) || compared(x, y)).map((pair) => pair.join('=')).join('&');
}

function compared(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** RFC 3986, which leaves fewer characters alone than JavaScript. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
