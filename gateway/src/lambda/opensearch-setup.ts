/**
 * Custom resource: what a domain of OpenSearch needs before gateways write their logs: index template, retention, data stream, dashboard,
 * alerts. Everything is put, so that a
 * second time changes nothing. What was logged stays when the resource goes.
 */
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';
import type { OpenSearchAnswer, OpenSearchCall } from './opensearch/client.ts';
import { savedObjects } from './opensearch/dashboards.ts';
import { monitors } from './opensearch/monitors.ts';
import { indexTemplate, retentionPolicy } from './opensearch/stream-objects.ts';

/** Makes the client of one place. */
type Connect = (endpoint: string) => OpenSearchCall;

interface Wanted {
  readonly call: OpenSearchCall;
  readonly stream: string;
  readonly days: number;
}

type Step = (wanted: Wanted) => Promise<void>;

/** In the order in which one needs the other. */
const STEPS: readonly { readonly put: Step; readonly remove?: Step }[] = [
  { put: putRetention, remove: ({ call, stream }) => removed(call, `/_plugins/_ism/policies/${stream}`) },
  { put: putTemplate, remove: ({ call, stream }) => removed(call, `/_index_template/${stream}`) },
  { put: putStream },
  { put: putDashboard, remove: removeDashboard },
  { put: putMonitors, remove: removeMonitors },
];

/** Properties: `Endpoint`, `Stream`, `RetentionDays`; `Content` is there to be changed. */
export async function openSearchSetup(event: CustomResourceEvent, connect: Connect): Promise<CustomResourceResult> {
  const [endpoint, stream] = [textProperty(event, 'Endpoint'), textProperty(event, 'Stream')];
  const wanted: Wanted = { call: connect(endpoint), stream, days: Number(textProperty(event, 'RetentionDays')) };
  if (event.RequestType === 'Delete') await removeAll(STEPS.map(({ remove }) => remove).reverse(), wanted);
  else for (const { put } of STEPS) await put(wanted);
  return { physicalId: `opensearch-setup/${new URL(endpoint).host}/${stream}` };
}

/** A domain that does not answer any more must not hold up the removal of its stack. */
async function removeAll(steps: readonly (Step | undefined)[], wanted: Wanted): Promise<void> {
  for (const remove of steps) {
    await remove?.(wanted).catch((error: unknown) => console.error(JSON.stringify({ left: wanted.stream, reason: String(error) })));
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

async function putDashboard({ call, stream }: Wanted): Promise<void> {
  const path = '/_dashboards/api/saved_objects/_bulk_create?overwrite=true';
  const { saved_objects: results } = accepted(await call('POST', path, savedObjects(stream)), 'POST',
    path) as { saved_objects: { id: string; error?: { message: string } }[] };
  const failed = results.find(({ error }) => error);
  if (failed) throw new Error(`Dashboards does not take ${failed.id}: ${failed.error!.message}`);
}

async function removeDashboard({ call, stream }: Wanted): Promise<void> {
  for (const { type, id } of [...savedObjects(stream)].reverse()) await removed(call, `/_dashboards/api/saved_objects/${type}/${id}`);
}

async function putMonitors({ call, stream }: Wanted): Promise<void> {
  for (const { name, body } of monitors(stream)) {
    const id = await monitorId(call, name);
    const [method, path] = id === undefined ? ['POST', '/_plugins/_alerting/monitors'] : ['PUT', `/_plugins/_alerting/monitors/${id}`];
    accepted(await call(method!, path!, body), method!, path!);
  }
}

async function removeMonitors({ call, stream }: Wanted): Promise<void> {
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
  throw new Error(`OpenSearch answered ${status} to ${method} ${path}: ${JSON.stringify(body).slice(0, 500)}`);
}
