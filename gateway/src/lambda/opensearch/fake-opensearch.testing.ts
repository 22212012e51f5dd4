/**
 * An HTTP server that behaves like as much of OpenSearch and its Dashboards as the tests of this folder's users need. Requests without a
 * signature are refused.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeOpenSearch {
  readonly url: string;
  /** `METHOD path`, oldest first. */
  readonly calls: string[];
  /** Path → what was put there. */
  readonly stored: Map<string, any>;
  /** Documents by index and id. */
  readonly documents: Map<string, any>;
  /** What the next bulk request answers for a document with this id. */
  readonly bulkErrors: Map<string, { readonly status: number; readonly type: string }>;
  /** Statuses that calls answer with, by `METHOD path`. */
  readonly refusals: Map<string, number>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const OK = { status: 200, body: { acknowledged: true } };
const ABSENT = { status: 404, body: { error: 'not found' } };

export async function startFakeOpenSearch(): Promise<FakeOpenSearch> {
  const stored = new Map<string, any>();
  const documents = new Map<string, any>();
  const bulkErrors: FakeOpenSearch['bulkErrors'] = new Map();
  const refusals = new Map<string, number>();
  const calls: string[] = [];
  let sequence = 0;

  const server = createServer((request, response) => void textOf(request).then((text) => {
    const { status, body } = answer(request, text);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }));

  function answer({ method = '', url = '', headers }: IncomingMessage, text: string): Answer {
    calls.push(`${method} ${url}`);
    if (!/^AWS4-HMAC-SHA256 Credential=\S+\/eu-central-1\/es\/aws4_request, /.test(headers.authorization ?? '')) {
      return {
        status: 403,
        body: { message: 'not signed' },
      };
    }
    const refusal = refusals.get(`${method} ${url}`);
    if (refusal !== undefined) return { status: refusal, body: { error: 'refused' } };
    const [path = '', query = ''] = url.split('?');
    if (path.endsWith('/_bulk')) return bulk(path.split('/')[1]!, text);
    if (path.startsWith('/_dashboards/') && headers['osd-xsrf'] !== 'true') {
      return {
        status: 400,
        body: { message: 'Request must contain a osd-xsrf header.' },
      };
    }
    if (path.endsWith('/_bulk_create')) return saved(JSON.parse(text) as { type: string; id: string }[]);
    if (path.endsWith('/monitors/_search')) return search(text);
    if (path.startsWith('/_plugins/_ism/change_policy/')) return OK;
    if (path === '/_plugins/_alerting/monitors') return put(`${path}/monitor-${++sequence}`, text);
    if (path.endsWith('/_stats')) return statistics(path.split('/')[2]!);
    // A template that a data stream uses.
    if (method === 'DELETE' && path.startsWith('/_index_template/') && stored.has(`/_data_stream/${path.split('/')[2]}-default`)) {
      return { status: 400, body: { error: { type: 'illegal_argument_exception' } } };
    }
    if (method === 'GET') return stored.has(path) ? { status: 200, body: { _seq_no: 7, _primary_term: 2, ...stored.get(path) } } : ABSENT;
    if (method === 'DELETE') return stored.delete(path) ? OK : ABSENT;
    if (path.startsWith('/_data_stream/') && stored.has(path)) {
      return {
        status: 400,
        body: { error: { type: 'resource_already_exists_exception' } },
      };
    }
    // What is written blindly over another's change is refused.
    if (path.startsWith('/_plugins/_ism/policies/') && stored.has(path) && query !== 'if_seq_no=7&if_primary_term=2') {
      return {
        status: 409,
        body: { error: 'version conflict' },
      };
    }
    return put(path, text);
  }

  function statistics(stream: string): Answer {
    if (!stored.has(`/_data_stream/${stream}`)) return ABSENT;
    const latest = [...documents.keys()].some((key) => key.startsWith(`${stream}/`)) ? 1_800_000_000_000 : 0;
    return { status: 200, body: { data_streams: [{ data_stream: stream, maximum_timestamp: latest }] } };
  }

  function put(path: string, text: string): Answer {
    stored.set(path, JSON.parse(text || '{}'));
    return OK;
  }

  function saved(objects: readonly { type: string; id: string }[]): Answer {
    for (const object of objects) stored.set(`/_dashboards/api/saved_objects/${object.type}/${object.id}`, object);
    return { status: 200, body: { saved_objects: objects.map(({ type, id }) => ({ type, id })) } };
  }

  function search(text: string): Answer {
    const name = (JSON.parse(text) as any).query.term['monitor.name.keyword'];
    const found = [...stored].filter(([path, monitor]) => path.startsWith('/_plugins/_alerting/monitors/') && monitor.name === name);
    return stored.size === 0 ? ABSENT : { status: 200, body: { hits: { hits: found.map(([path]) => ({ _id: path.split('/').pop() })) } } };
  }

  function bulk(target: string, text: string): Answer {
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as any);
    const items = [];
    for (let at = 0; at < lines.length; at += 2) {
      items.push({
        create: create(`${target}/${lines[at].create._id ?? `made-${++sequence}`}`,
          lines[at + 1]),
      });
    }
    return { status: 200, body: { items } };
  }

  function create(key: string, document: unknown) {
    const error = bulkErrors.get(key.split('/')[1]!);
    if (error) return { status: error.status, error: { type: error.type } };
    if (documents.has(key)) return { status: 409, error: { type: 'version_conflict_engine_exception' } };
    documents.set(key, document);
    return { status: 201 };
  }

  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, stored, documents, bulkErrors, refusals,
    close: () => {
      server.closeAllConnections();
      return new Promise((resume) => server.close(() => resume()));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
