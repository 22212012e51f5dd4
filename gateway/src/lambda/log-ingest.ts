/**
 * Takes log entries of gateways over HTTP, as the plugin http-log sends them, and writes them into an OpenSearch data stream. Who sends has
 * to know the token. The same entry sent twice is kept
 * once: its id is the request's.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { OpenSearchCall } from './opensearch/client.ts';
import { logDocument } from './opensearch/log-document.ts';

/**
 * What API Gateway hands over, format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export interface HttpEvent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface LogIngest {
  /** Where the documents go. */
  readonly target: string;
  readonly call: OpenSearchCall;
  /** The current tokens: during a rotation, the previous one is valid, too. */
  tokens(): Promise<readonly string[]>;
}

const TOKEN_HEADER = 'x-log-token';

/** Seconds; the gateway's plugin waits as long as its own back-off says, other senders can follow this. */
const RETRY_AFTER_S = '10';

interface BulkItem {
  readonly create: { readonly status: number; readonly error?: { readonly type: string } };
}

/** A conflict is an entry that is there already. */
const isKept = (status: number) => status < 300 || status === 409;
const isWorthAnotherTry = (status: number) => status === 429 || status >= 500;

/** Answers 503 for what may succeed later: http-log sends the same entries again. */
export async function takeLogs(event: HttpEvent, ingest: LogIngest): Promise<HttpAnswer> {
  const given = event.headers[TOKEN_HEADER];
  if (given === undefined) return unknown();
  const tokens = await ingest.tokens().catch((error: unknown) => {
    console.error(JSON.stringify({ unreadable: 'token', reason: String(error) }));
  });
  // Whether the sender is known is open until then: 401 would make it give up.
  if (tokens === undefined) return unavailable();
  if (!isKnown(given, tokens)) return unknown();
  const entries = entriesOf(event);
  if (!entries) return answer(400, { message: 'expected a log entry or a list of them as JSON' });
  const documents = entries.map(logDocument).filter((document) => document !== undefined);
  if (documents.length === 0) return answer(200, { kept: 0, refused: entries.length });
  const lines = documents.flatMap((document) =>
    [JSON.stringify({ create: { ...document.request_id !== undefined && { _id: document.request_id } } }), JSON.stringify(document)]);
  const result = await ingest.call('POST', `/${ingest.target}/_bulk`, `${lines.join('\n')}\n`).catch((error: unknown) =>
    ({ status: 503, body: String(error) }));
  if (result.status >= 300) return failed(result.status, result.body);
  const items = itemsOf(result.body);
  // Who answers 200 and does not say what became of each document has lied, or was cut off: the ids make another try harmless.
  if (items?.length !== documents.length) return failed(503, 'the answer to _bulk does not say what became of each document');
  const later = items.filter(({ status }) => isWorthAnotherTry(status));
  if (later.length > 0) return failed(503, later[0]!.error);
  const kept = items.filter(({ status }) => isKept(status)).length;
  if (kept < items.length) logDeadLetters(items, documents);
  return answer(200, { kept, refused: entries.length - kept });
}

function itemsOf(body: unknown): readonly BulkItem['create'][] | undefined {
  const { items } = Object(body) as { items?: unknown };
  if (!Array.isArray(items)) return undefined;
  const creates = items.map((item) => (Object(item) as Partial<BulkItem>).create);
  return creates.every((create) => typeof create?.status === 'number') ? creates as BulkItem['create'][] : undefined;
}

/** Documents that OpenSearch will never take, at most so many a request: they are in the function's log, and the count has them all. */
const MAX_DEAD_LETTERS = 20;

function logDeadLetters(items: readonly BulkItem['create'][], documents: readonly object[]): void {
  const dead = items.map((item, at) => ({ ...item, document: documents[at] })).filter(({ status }) => !isKept(status));
  console.error(JSON.stringify({ refused: dead.length, because: dead[0]!.error?.type }));
  for (const { document, error } of dead.slice(0, MAX_DEAD_LETTERS)) {
    console.error(JSON.stringify({ dead_letter: document, because: error?.type }));
  }
}

/** The reason is for our log: who sends cannot do anything about it. */
function failed(status: number, reason: unknown): HttpAnswer {
  console.error(JSON.stringify({ status, reason: JSON.stringify(reason).slice(0, 500) }));
  return unavailable();
}

function unavailable(): HttpAnswer {
  return answer(503, { message: 'the logs cannot be written now' }, { 'retry-after': RETRY_AFTER_S });
}

function unknown(): HttpAnswer {
  return answer(401, { message: `the header ${TOKEN_HEADER} is missing or wrong` });
}

function isKnown(given: string, tokens: readonly string[]): boolean {
  return tokens.some((token) => timingSafeEqual(digest(token), digest(given)));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function entriesOf({ body = '', isBase64Encoded }: HttpEvent): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
    if (typeof value !== 'object' || value === null) return undefined;
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}

function answer(statusCode: number, body: object, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
