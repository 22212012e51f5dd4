/** Requests to the provider: bounded, without redirects, and as the `fetch` that oauth4webapi wants. */
import type { HttpAnswer, HttpClient } from '../../../plugin-kit/http-client.ts';
import { ProviderUnavailable } from '../tokens/token-errors.ts';

/** Documents of real providers have a few kilobytes. Bytes. */
const MAX_DOCUMENT_BYTES = 524_288;

export interface Document {
  readonly value: Readonly<Record<string, unknown>>;
  /** Seconds for which the provider lets it be kept. @default - it does not say */
  readonly maxAge: number | undefined;
}

/** A JSON object of the provider. @throws ProviderUnavailable */
export async function readDocument(
  http: HttpClient, what: string, url: URL, headers: Readonly<Record<string, string>> = {},
): Promise<Document> {
  const answer = await sent(what, http.send({
    method: 'GET', url, headers: { Accept: 'application/json', ...headers }, maxBodyBytes: MAX_DOCUMENT_BYTES, redirects: 0,
  }));
  if (answer.status !== 200) throw new ProviderUnavailable(`${what}: status ${answer.status}, expected 200 (redirects are not followed)`);
  const value = parsed(answer.body);
  if (value === undefined) throw new ProviderUnavailable(`${what}: expected a JSON object`);
  return { value, maxAge: maxAgeOf(answer.headers['cache-control']) };
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

function maxAgeOf(cacheControl: string | undefined): number | undefined {
  const found = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(cacheControl ?? '');
  return found === null ? undefined : Number(found[1]);
}

async function sent(what: string, answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await answer;
  } catch (error) {
    throw new ProviderUnavailable(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface FetchOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export type ProviderFetch = (url: string, options: FetchOptions) => Promise<Response>;

/** Answers of the token endpoint have tokens, and nothing else that is large. Bytes. */
const MAX_TOKEN_ANSWER_BYTES = 131_072;

/** `fetch` over the client of the node. */
export function fetchBy(http: HttpClient): ProviderFetch {
  return async (url, { method, headers, body }) => {
    const content = body instanceof URLSearchParams ? body.toString() : body;
    const { status, headers: answered, body: bytes } = await sent(`${method} ${new URL(url).host}`, http.send({
      method, url, headers, redirects: 0, maxBodyBytes: MAX_TOKEN_ANSWER_BYTES, isIdempotent: false,
      ...typeof content === 'string' && { body: content },
    }));
    return new Response(status === 204 || status === 304 ? null : new Uint8Array(bytes), { status, headers: answered });
  };
}
