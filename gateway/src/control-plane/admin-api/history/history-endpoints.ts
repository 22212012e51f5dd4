/** What was changed, when and by whom: revisions, states of the past, and how two of them differ. */
import { setImmediate } from 'node:timers/promises';

import { exportedText } from '../../../declarative/exported-text.ts';
import { exportedRow } from '../../../model/exported-table.ts';
import type { Schemas } from '../../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import type { Entity, Store } from '../../../store/store.ts';
import type { OperationContext } from '../../entity-operations.ts';
import type { AdminAnswer, AdminRequest, Endpoint, QueryArgument } from '../endpoint.ts';
import { pageAnswer, pageRequested } from '../pagination.ts';
import { RequestError } from '../request-error.ts';
import { isNumber, revisionIn } from './revision-in.ts';
import { rollbackEndpoint } from './rollback-endpoint.ts';
import { hidden, shownChange, shownDifference, shownRecord } from './shown-past.ts';

export function historyEndpoints(store: Store, context: OperationContext): readonly Endpoint[] {
  const { schemas } = context;
  const endpoints: readonly Endpoint[] = [
    {
      path: '/revisions',
      about: 'revisions of the configuration, the newest first',
      query: { GET: PAGE },
      methods: {
        GET: async (request) => pageAnswer(
          request, await store.history.revisions(pageRequested(request, isNumber)), shownRecord, ['size']),
      },
    },
    {
      path: '/revisions/{revision}',
      about: 'a revision and its changes',
      query: { GET: PAGE },
      methods: { GET: (request) => changesOf(request, store, schemas) },
    },
    {
      path: '/revisions/{revision}/state',
      about: 'the configuration as it was after a revision, as a declarative file without secrets',
      query: { GET: [{ name: 'format', description: 'Form of the file.', schema: { enum: ['json', 'yaml'], default: 'json' } }] },
      methods: { GET: (request) => stateOf(request, store, schemas) },
    },
    {
      path: '/diff',
      about: 'how the configurations of two revisions differ',
      query: { GET: [FROM, TO, ...PAGE] },
      methods: { GET: (request) => differencesOf(request, store, schemas) },
    },
    rollbackEndpoint(store, context),
  ];
  return endpoints.map((endpoint) => ({ ...endpoint, isUnlisted: true, ...context.isReadOnly && { before: () => NO_DATABASE } }));
}

const PAGE: readonly QueryArgument[] = [
  { name: 'size', description: 'Largest number of rows.', schema: { type: 'integer', minimum: 1, maximum: 1_000 } },
  { name: 'offset', description: '`offset` of the page before.', schema: { type: 'string' } },
];

const FROM: QueryArgument = { name: 'from', description: 'Revision to compare with.', schema: { type: 'integer', minimum: 0 } };

const TO: QueryArgument = {
  name: 'to', description: 'Revision that is compared. Default: the newest one.', schema: { type: 'integer', minimum: 0 },
};

const NO_DATABASE: AdminAnswer = {
  status: 404, body: { message: 'this endpoint is only available when the node uses a database: without one, it has no history' },
};

async function changesOf(request: AdminRequest, { history, latest }: Store, schemas: Schemas): Promise<AdminAnswer> {
  const revision = revisionIn(request.params.revision, 'the last part of the path');
  const record = await history.revision(revision);
  if (!record) {
    if (revision === 0 || revision > await latest.revision()) return { status: 404, body: { message: `there is no revision ${revision}` } };
    return { status: 410, body: { message: `revision ${revision} is not kept any more; the oldest state is ${await history.oldest()}` } };
  }
  const page = await history.changes(revision, pageRequested(request, isNumber));
  const { status, body } = pageAnswer(request, page, (change) => shownChange(change, schemas), ['size']);
  return { status, body: { ...shownRecord(record), ...body as object } };
}

/** Differences of a page, unless the request says how many. */
const DIFF_SIZE = '1000';

async function differencesOf(request: AdminRequest, { history, latest }: Store, schemas: Schemas): Promise<AdminAnswer> {
  const { query } = request;
  const from = revisionIn(query.get('from'), 'from');
  const to = query.has('to') ? revisionIn(query.get('to'), 'to') : await latest.revision();
  const sized = query.has('size') ? request : { ...request, query: new URLSearchParams([...query, ['size', DIFF_SIZE]]) };
  const { size, after = '0' } = pageRequested(sized, isNumber);
  const differences = await history.diff(from, to);
  const end = Number(after) + size;
  const page = { items: differences.slice(Number(after), end), ...end < differences.length && { next: String(end) } };
  const { status, body } = pageAnswer(request, page, (difference) => shownDifference(difference, schemas), ['from', 'to', 'size']);
  return { status, body: { from, to, total: differences.length, ...body as object } };
}

async function stateOf(request: AdminRequest, { history }: Store, schemas: Schemas): Promise<AdminAnswer> {
  const revision = revisionIn(request.params.revision, 'the path');
  const format = request.query.get('format') ?? 'json';
  if (format !== 'json' && format !== 'yaml') throw new RequestError(400, 'format must be json or yaml');
  const state = await history.stateAt(revision);
  const rows = new Map<string, readonly Entity[]>();
  for (const schema of schemas.values()) {
    const found = state.get(schema.name);
    if (found) rows.set(schema.name, await inParts(found, (row) => hidden(schema, row)));
  }
  const at = ((await history.revision(revision))?.at ?? 0) / 1000;
  if (format === 'yaml') {
    return { status: 200, body: await exportedText(rows, schemas, at), headers: { 'content-type': 'application/yaml; charset=utf-8' } };
  }
  return { status: 200, body: await jsonText(rows, schemas, at), headers: { 'content-type': 'application/json; charset=utf-8' } };
}

/** Rows that are worked on without a pause. */
const AT_ONCE = 200;

async function inParts<Row, Made>(rows: readonly Row[], make: (row: Row) => Made): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const row of rows) {
    made.push(make(row));
    if (made.length % AT_ONCE === 0) await setImmediate();
  }
  return made;
}

/** @param at seconds since 1970: rows that expire say how long they had left */
async function jsonText(rows: ReadonlyMap<string, readonly Entity[]>, schemas: Schemas, at: number): Promise<string> {
  const lists: string[] = [];
  for (const schema of schemas.values()) {
    const list = rows.get(schema.name);
    if (!list || schema.isExported === false || schema.name === 'workspaces') continue;
    const texts = await inParts(list, (row) => {
      const { ttl, ...rest }: EntityValue = exportedRow(schema, row);
      return JSON.stringify(typeof ttl === 'number' && schema.hasTtl ? { ...rest, ttl: Math.max(1, Math.floor(ttl - at)) } : rest);
    });
    lists.push(`,${JSON.stringify(schema.name)}:[${texts.join(',')}]`);
  }
  return `{"_format_version":"3.0","_transform":false${lists.join('')}}`;
}
