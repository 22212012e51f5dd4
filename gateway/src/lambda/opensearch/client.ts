/** Signed requests to an OpenSearch domain. */
import { signedHeaders } from '../../base/aws-signature.ts';
import type { AwsCredentials } from '../../base/aws-signature.ts';

interface OpenSearchPlace {
  /** `https://` and the host. */
  readonly endpoint: string;
  readonly region: string;
}

export interface OpenSearchAnswer {
  readonly status: number;
  readonly body: unknown;
}

export type OpenSearchCall = (method: string, path: string, body?: unknown) => Promise<OpenSearchAnswer>;

const TIMEOUT_MS = 20_000;

/**
 * @param credentials read for each request: those of a function change while it lives
 * @param end ends all calls
 * @returns calls with a JSON body, or with text as it is; they answer whatever the status, and fail only without an answer
 */
export function openSearchClient(
  { endpoint, region }: OpenSearchPlace, credentials: () => AwsCredentials, end?: AbortSignal,
): OpenSearchCall {
  return async (method, path, body) => {
    const url = new URL(path, endpoint);
    const isText = typeof body === 'string';
    const text = isText ? body : body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...text !== undefined && { 'content-type': isText ? 'application/x-ndjson' : 'application/json' },
      // What Dashboards asks for, so that no other site can make a browser send it.
      ...path.startsWith('/_dashboards/') && { 'osd-xsrf': 'true' },
    };
    const { host, ...signed } = signedHeaders({ method, url, headers, body: text }, { service: 'es', region }, credentials(), new Date());
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...end ? [end] : []]);
    const response = await fetch(url, { method, headers: signed, body: text, signal });
    return { status: response.status, body: parsed(await response.text()) };
  };
}

/** What Lambda gives its function. */
export function credentialsOfFunction(): AwsCredentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (!accessKeyId
    || !secretAccessKey) throw new Error('the function has no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  return { accessKeyId, secretAccessKey, sessionToken };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
