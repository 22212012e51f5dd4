/** Steps `admin` and `cfg`: requests to the Admin API. */
import type { Answer } from '../../../fixtures/admin-client.ts';
import { differenceOfAnswer } from '../../../fixtures/golden-admin.ts';
import type { AdminStep } from '../../../fixtures/golden-admin.ts';
import type { ConfigRequest, Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import { shownJson } from '../observation.ts';
import type { ObservingStep, ReplayContext, SilentStep } from '../replay-context.ts';

export const adminStep: ObservingStep = async (template: Step, context, expected) => {
  const step = template as unknown as AdminStep & { readonly as?: string; readonly only?: string };
  const [method, path, body] = step.admin;
  const answer = await sendAndRemember(context, [method, path, body], step.h);
  saveValues(answer, step.save, context);
  if (method !== 'GET') await context.node.runsEverything();
  if (step.as === 'prom') return differences(expected, metricFamilies(answer, step.only), context.bindings);
  // Before ports have names: those sort otherwise.
  const sorted = step.sort === undefined ? answer : withSortedRows(answer, step.sort);
  const difference = differenceOfAnswer({ ...step, sort: undefined }, withPortNames(sorted, context), expected as never, context.bindings);
  return difference === undefined ? [] : [difference];
};

/** Deletes all rows of a collection. */
export const wipeStep: SilentStep = async ({ wipe }, { node }) => {
  const collection = `/${String(wipe).replace(/^\//, '')}`;
  const { text } = await node.admin.send('GET', `${collection}?size=1000`);
  const { data = [] } = JSON.parse(text) as { readonly data?: readonly { readonly id: string }[] };
  for (const { id } of data) await node.admin.send('DELETE', `${collection}/${id}`);
  await node.runsEverything();
};

/** Every request is sent, even when one before it was refused. @returns refusals */
export async function configure(context: ReplayContext, requests: readonly ConfigRequest[]): Promise<string[]> {
  const refusals: string[] = [];
  for (const [method, path, body, options] of requests) {
    const answer = await context.node.admin.send(method, path, body);
    if (answer.status >= 300) refusals.push(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    else saveValues(answer, options?.save, context);
  }
  await context.node.runsEverything();
  return refusals;
}

/** @throws Error a request is refused */
export const cfgStep: SilentStep = async ({ cfg }, context) => {
  const refusals: string[] = [];
  for (const request of cfg as readonly ConfigRequest[]) {
    const answer = await sendAndRemember(context, request);
    if (answer.status >= 300) refusals.push(`${request[0]} ${request[1]}: ${answer.status} ${answer.text.slice(0, 300)}`);
    else saveValues(answer, request[3]?.save, context);
  }
  await context.node.runsEverything();
  if (refusals.length > 0) throw new Error(`refused: ${refusals.join('; ')}`);
};

/** Deletes what the case made, the last first. */
export async function deleteMade({ made, node }: ReplayContext): Promise<void> {
  for (const path of made.splice(0).reverse()) await node.admin.send('DELETE', path);
  await node.runsEverything();
}

async function sendAndRemember(
  { node, made }: ReplayContext, [method, path, body]: ConfigRequest, headers?: Readonly<Record<string, string | null>>,
): Promise<Answer> {
  const isNew = method === 'PUT' && (await node.admin.send('GET', path)).status === 404;
  const answer = await node.admin.send(method, path, body, headers);
  if (method === 'PUT' && isNew && answer.status < 300) made.push(path);
  if (method === 'POST' && answer.status === 201) {
    const { id } = JSON.parse(answer.text) as { readonly id?: string };
    if (id !== undefined) made.push(`${path.split('?')[0]}/${id}`);
  }
  return answer;
}

function saveValues({ text }: Answer, save: Readonly<Record<string, string>> | undefined, { values }: ReplayContext): void {
  for (const [name, path] of Object.entries(save ?? {})) {
    const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], JSON.parse(text));
    values.set(name, String(value));
  }
}

function withSortedRows(answer: Answer, keys: readonly string[]): Answer {
  const body = JSON.parse(answer.text) as { readonly data?: readonly Readonly<Record<string, unknown>>[] };
  if (body.data === undefined) return answer;
  const keyOf = (row: Readonly<Record<string, unknown>>) => JSON.stringify(keys.map((key) => row[key]));
  return { ...answer, text: JSON.stringify({ ...body, data: body.data.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }) };
}

function withPortNames(answer: Answer, { ports }: ReplayContext): Answer {
  if (!/^\s*[[{]/.test(answer.text)) return answer;
  return { ...answer, text: JSON.stringify(shownJson(JSON.parse(answer.text), ports)) };
}

/** Names, types and labels of metrics. */
function metricFamilies({ status, headers, text }: Answer, only = ''): unknown {
  const metrics: Record<string, { type: string; labels: string[] }> = {};
  const lines = text.split('\n');
  for (const line of lines) {
    const [, name, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (name !== undefined && new RegExp(only).test(name)) metrics[name] = { type: type!, labels: [] };
  }
  for (const line of lines) {
    const [, name = '', labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    const family = metrics[name] ?? metrics[name.replace(/_(?:bucket|sum|count)$/, '')];
    if (family === undefined) continue;
    const names = [...labels.matchAll(/([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)].map(([, label]) => label!);
    family.labels = [...new Set([...family.labels, ...names])].sort();
  }
  return { status, type: headers['content-type'], metrics };
}
