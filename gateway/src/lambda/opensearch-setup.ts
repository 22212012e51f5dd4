/**
 * Custom resource: what a domain of OpenSearch needs before gateways write their logs: index template, retention, data stream, dashboard,
 * alerts. Everything is put, so that a
 * second time changes nothing. What was logged stays when the resource goes, with the template that it needs.
 */
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';
import type { OpenSearchAnswer, OpenSearchCall } from './opensearch/client.ts';
import { savedObjects } from './opensearch/dashboards.ts';
import { monitors } from './opensearch/monitors.ts';
import { indexTemplate, retentionPolicy } from './opensearch/stream-objects.ts';

/** Makes the client of one place. */
type Connect = (endpoint: string) => OpenSearchCall;

interface Place {
  readonly call: OpenSearchCall;
  readonly stream: string;
}

interface Wanted extends Place {
  readonly days: number;
}

type Step = (wanted: Wanted) => Promise<void>;
type Removal = (place: Place) => Promise<void>;

/** OpenSearch has answered, and not as it should. */
class Refusal extends Error {}

/** In the order in which one needs the other. */
const STEPS: readonly { readonly put: Step; readonly remove?: Removal }[] = [
  { put: putRetention, remove: ({ call, stream }) => removed(call, `/_plugins/_ism/policies/${stream}`) },
  { put: putTemplate, remove: removeTemplate },
  { put: putStream, remove: removeEmptyStream },
  { put: putDashboard, remove: removeDashboard },
  { put: putMonitors, remove: removeMonitors },
];

/** Properties: `Endpoint`, `Stream`, `RetentionDays`; `Content` is there to be changed. */
export async function openSearchSetup(event: CustomResourceEvent, connect: Connect): Promise<CustomResourceResult> {
  const physicalId = openSearchSetupId(event);
  const at = { call: connect(textProperty(event, 'Endpoint')), stream: textProperty(event, 'Stream') };
  if (event.RequestType === 'Delete') {
    await removeAll(STEPS.flatMap(({ remove }) => remove ?? []).reverse(), at);
    return { physicalId };
  }
  const wanted: Wanted = { ...at, days: Number(textProperty(event, 'RetentionDays')) };
  for (const { put } of STEPS) await put(wanted);
  return { physicalId };
}

export function openSearchSetupId(event: CustomResourceEvent): string {
  return `opensearch-setup/${new URL(textProperty(event, 'Endpoint')).host}/${textProperty(event, 'Stream')}`;
}

/** A domain that refuses, or does not answer any more, must not hold up the removal of its stack: it is asked twice. */
async function removeAll(steps: readonly Removal[], place: Place): Promise<void> {
  for (const remove of steps) {
    const error = await remove(place).catch(() => remove(place)).then(() => undefined, (reason: unknown) => reason);
    if (error === undefined) continue;
    console.error(JSON.stringify({ left: place.stream, reason: String(error) }));
    if (!(error instanceof Refusal)) return;
  }
}

async function putRetention({ call, stream, days }: Wanted): Promise<void> {
  const path = `/_plugins/_ism/policies/${stream}`;
  const present = await call('GET', path);
  if (present.status === 404) {
    accepted(await call('PUT', path, retentionPolicy(stream, days)), 'PUT', path);
    return;
  }
  const { _seq_no: sequence, _primary_term: term } = accepted(present, 'GET', path) as { _seq_no: number; _primary_term: number };
  accepted(await call('PUT', `${path}?if_seq_no=${sequence}&if_primary_term=${term}`, retentionPolicy(stream, days)), 'PUT', path);
  // Indices keep the policy that they were created under until it is changed for them.
  const change = `/_plugins/_ism/change_policy/${stream}*`;
  accepted(await call('POST', change, { policy_id: stream }), 'POST', change);
}

async function putTemplate({ call, stream }: Wanted): Promise<void> {
  const path = `/_index_template/${stream}`;
  accepted(await call('PUT', path, indexTemplate(stream)), 'PUT', path);
}

async function putStream({ call, stream }: Wanted): Promise<void> {
  const path = `/_data_stream/${stream}-default`;
  const answer = await call('PUT', path);
  if (answer.status === 400 && JSON.stringify(answer.body).includes('resource_already_exists_exception')) return;
  accepted(answer, 'PUT', path);
}

/** OpenSearch keeps a template that a data stream uses. */
async function removeTemplate({ call, stream }: Place): Promise<void> {
  const answer = await call('GET', `/_data_stream/${stream}-default`);
  if (answer.status === 404) await removed(call, `/_index_template/${stream}`);
  else accepted(answer, 'GET', `/_data_stream/${stream}-default`);
}

/** A stream without documents: that of a deployment which failed, or before the first request. */
async function removeEmptyStream({ call, stream }: Place): Promise<void> {
  const [path, statistics] = [`/_data_stream/${stream}-default`, `/_data_stream/${stream}-default/_stats`];
  const answer = await call('GET', statistics);
  if (answer.status === 404) return;
  const { data_streams: [found] } = accepted(answer, 'GET', statistics) as { data_streams: { maximum_timestamp?: number }[] };
  // Every document has a time.
  if (found?.maximum_timestamp === 0) await removed(call, path);
}

async function putDashboard({ call, stream }: Wanted): Promise<void> {
  const path = '/_dashboards/api/saved_objects/_bulk_create?overwrite=true';
  const { saved_objects: results } = accepted(await call('POST', path, savedObjects(stream)), 'POST',
    path) as { saved_objects: { id: string; error?: { message: string } }[] };
  const failed = results.find(({ error }) => error);
  if (failed) throw new Error(`Dashboards does not take ${failed.id}: ${failed.error!.message}`);
}

async function removeDashboard({ call, stream }: Place): Promise<void> {
  for (const { type, id } of [...savedObjects(stream)].reverse()) await removed(call, `/_dashboards/api/saved_objects/${type}/${id}`);
}

async function putMonitors({ call, stream }: Wanted): Promise<void> {
  for (const { name, body } of monitors(stream)) {
    const id = await monitorId(call, name);
    const [method, path] = id === undefined ? ['POST', '/_plugins/_alerting/monitors'] : ['PUT', `/_plugins/_alerting/monitors/${id}`];
    accepted(await call(method!, path!, body), method!, path!);
  }
}

async function removeMonitors({ call, stream }: Place): Promise<void> {
  for (const { name } of monitors(stream)) {
    const id = await monitorId(call, name);
    if (id !== undefined) await removed(call, `/_plugins/_alerting/monitors/${id}`);
  }
}

/** OpenSearch chooses the ids of monitors. */
async function monitorId(call: OpenSearchCall, name: string): Promise<string | undefined> {
  const path = '/_plugins/_alerting/monitors/_search';
  const answer = await call('POST', path, { query: { term: { 'monitor.name.keyword': name } } });
  // Before the first monitor there is no index to search.
  if (answer.status === 404) return undefined;
  const { hits } = accepted(answer, 'POST', path) as { hits: { hits: { _id: string }[] } };
  return hits.hits[0]?._id;
}

async function removed(call: OpenSearchCall, path: string): Promise<void> {
  const answer = await call('DELETE', path);
  if (answer.status !== 404) accepted(answer, 'DELETE', path);
}

function accepted({ status, body }: OpenSearchAnswer, method: string, path: string): unknown {
  if (status >= 200 && status < 300) return body;
  throw new Refusal(`OpenSearch answered ${status} to ${method} ${path}: ${JSON.stringify(body).slice(0, 500)}`);
}
