/** From a request to a document in OpenSearch: http-log as `OpenSearchLogs` configures it, its queue, the ingest and the domain. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { takeLogs } from '../../src/lambda/log-ingest.ts';
import { openSearchClient } from '../../src/lambda/opensearch/client.ts';
import { startFakeOpenSearch } from '../../src/lambda/opensearch/fake-opensearch.testing.ts';
import type { FakeOpenSearch } from '../../src/lambda/opensearch/fake-opensearch.testing.ts';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const STREAM = 'logs-gateway-default';
const TOKEN = 'token-of-the-ingest';
const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: undefined };

const topology = new LocalTopology();
let openSearch: FakeOpenSearch;
let controlPlane: LocalNode;
let dataPlane: LocalNode;
/** Statuses that the ingest answered. */
const answers: number[] = [];
/** Batches that came to the ingest, as numbers of entries. */
const batches: number[] = [];

/** What API Gateway does between http-log and the function. */
async function ingest(): Promise<number> {
  const call = openSearchClient({ endpoint: openSearch.url, region: 'eu-central-1' }, () => CREDENTIALS);
  return topology.upstream((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const body = Buffer.concat(parts).toString();
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = await takeLogs({ headers, body }, { target: STREAM, call, tokens: async () => [TOKEN] });
      answers.push(answer.statusCode);
      batches.push([JSON.parse(body)].flat().length);
      response.writeHead(answer.statusCode, answer.headers).end(answer.body);
    });
  });
}

beforeAll(async () => {
  openSearch = await startFakeOpenSearch();
  const port = await ingest();
  controlPlane = await topology.controlPlane();
  dataPlane = await topology.dataPlane('data-plane');
  await controlPlane.process.until('ready', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  const upstream = await topology.upstream((_request, response) => void response.end('ok'));
  await admin(controlPlane, 'PUT', '/services/s', { url: `http://127.0.0.1:${upstream}` });
  await admin(controlPlane, 'PUT', '/services/s/routes/r', { paths: ['/r'] });
  // As `GatewayLogs.pluginConfig()`, with short delays and the token itself in place of its reference.
  await admin(controlPlane, 'POST', '/plugins', {
    name: 'http-log',
    config: {
      http_endpoint: `http://127.0.0.1:${port}/`, method: 'POST', content_type: 'application/json', headers: { 'x-log-token': TOKEN },
      timeout: 10_000, keepalive: 60_000,
      queue: {
        max_batch_size: 200, max_coalescing_delay: 0.2, max_entries: 20_000, initial_retry_delay: 0.05, max_retry_delay: 0.5,
        max_retry_time: 3600,
      },
    },
  });
  await eventually('the data plane runs the plugin, too', async () => {
    const path = '/clustering/revision?wait=10&data_planes=1';
    return (await admin<{ in_sync: boolean }>(controlPlane, 'GET', path).catch(() => undefined))?.in_sync;
  });
  await eventually('the route is served', async () => await statusOf(`${dataPlane.proxy}/r/warm`) === 200);
}, 60_000);

afterAll(async () => {
  await topology.close();
  await openSearch.close();
});

/** @returns ids of the requests */
async function send(count: number, path: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const answer = await fetch(`${dataPlane.proxy}/r/${path}?apikey=secret`);
    ids.push(answer.headers.get('x-kong-request-id')!);
    await answer.text();
  }
  return ids;
}

const isKept = (id: string): boolean => openSearch.documents.has(`${STREAM}/${id}`);

it('each request becomes one document, without its query', async () => {
  // While nothing is taken, entries gather: however slow the machine is, a batch has several.
  openSearch.refusals.set(`POST /${STREAM}/_bulk`, 503);
  const ids = await send(20, 'plain');
  openSearch.refusals.clear();
  await eventually('all are kept', () => ids.every(isKept));
  expect(openSearch.documents.get(`${STREAM}/${ids[0]}`)).toMatchObject({
    request_id: ids[0], method: 'GET', path: '/r/plain', status: 200, service: 's', route: 'r', source: 'upstream', tries: 1,
  });
  expect(JSON.stringify([...openSearch.documents.values()])).not.toContain('secret');
  // The ingest notes a batch when it has answered.
  await eventually('a batch of several is noted', () => batches.some((entries) => entries > 1));
}, 30_000);

it('an outage, and a domain that is busy, cost no document and make none twice', async () => {
  openSearch.refusals.set(`POST /${STREAM}/_bulk`, 429);
  const ids = await send(10, 'outage');
  await eventually('the ingest has refused the batch', () => answers.includes(503));
  openSearch.refusals.set(`POST /${STREAM}/_bulk`, 503);
  const before = answers.length;
  await eventually('it is tried again', () => answers.length > before + 1);
  expect(ids.some(isKept)).toBe(false);
  openSearch.refusals.clear();
  await eventually('all are kept', () => ids.every(isKept));
  expect([...openSearch.documents.values()].filter(({ path }) => path === '/r/outage')).toHaveLength(10);
}, 30_000);

it('a document that the domain never takes does not hold the others up', async () => {
  const lines: string[] = [];
  const original = console.error;
  console.error = (line: string) => void lines.push(line);
  try {
    const takes = openSearch.documents.size;
    openSearch.refusals.set(`POST /${STREAM}/_bulk`, 503);
    const [first] = await send(1, 'odd');
    openSearch.bulkErrors.set(first!, { status: 400, type: 'mapper_parsing_exception' });
    const rest = await send(5, 'after');
    openSearch.refusals.clear();
    await eventually('the others are kept', () => rest.every(isKept));
    expect(isKept(first!)).toBe(false);
    expect(openSearch.documents.size).toBe(takes + 5);
    const letters = () => lines.map((line) => JSON.parse(line) as { because?: string; dead_letter?: { request_id: string } });
    await eventually('the letter is logged', () => letters().some(({ because, dead_letter: letter }) => (
      because === 'mapper_parsing_exception' && letter?.request_id === first)));
  } finally {
    console.error = original;
  }
}, 30_000);
