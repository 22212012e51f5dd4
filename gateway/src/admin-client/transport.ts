/** Requests to an Admin API over HTTP or TLS: kept connections, own authorities, client certificates, bounded time and size. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface TlsOptions {
  /** Certificates of authorities in PEM format, in place of those that Node trusts. @default - those that Node trusts */
  readonly ca?: string;
  /** Certificate and key in PEM format that the client shows. @default - none */
  readonly cert?: string;
  readonly key?: string;
  /** Name that the server's certificate must have. @default - the host of the URL */
  readonly serverName?: string;
}

export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** Longest answer: a page of a thousand large entities is below. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

export function httpTransport(url: string, tls: TlsOptions = {}): Transport {
  const { ca, cert, key, serverName } = tls;
  const isTls = url.startsWith('https:');
  const agent = isTls
    ? new HttpsAgent({
      keepAlive: true, minVersion: 'TLSv1.2', ...ca !== undefined && { ca },
      ...cert !== undefined && { cert }, ...key !== undefined && { key }, ...serverName !== undefined && { servername: serverName },
    })
    : new HttpAgent({ keepAlive: true });
  return (given) => exchanged(isTls ? httpsRequest : httpRequest, given, agent);
}

type StartRequest = (url: string, options: RequestOptions) => ReturnType<typeof httpRequest>;

function exchanged(start: StartRequest, given: TransportRequest, agent: HttpAgent): Promise<TransportResponse> {
  const { method, url, headers, body, timeoutMs } = given;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = start(url, { method, agent, headers: { ...headers, ...length }, signal: AbortSignal.timeout(timeoutMs) });
    request.on('error', (error) => {
      reject(error.name === 'AbortError' ? new Error(`no answer after ${timeoutMs / 1000} s`, { cause: error }) : error);
    });
    request.on('response', (response) => {
      textOf(response).then((text) => resolve({ status: response.statusCode!, headers: response.headers, text }), reject);
    });
    request.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`got an answer of more than ${MAX_ANSWER_BYTES / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
