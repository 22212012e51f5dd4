/** Makes the table that a control plane would push after these Admin API requests. */
import { createHash } from 'node:crypto';

import type { ConfigTable, Row } from '../../src/model/config-table.ts';
import type { ConfigRequest } from './suite.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Entity types that a path creates: by its last collection. */
const ENTITIES: Readonly<Record<string, { readonly entity: string; readonly parent?: string }>> = {
  'services': { entity: 'services' },
  'routes': { entity: 'routes' },
  'consumers': { entity: 'consumers' },
  'routes/plugins': { entity: 'plugins', parent: 'route' },
  'services/plugins': { entity: 'plugins', parent: 'service' },
  'plugins': { entity: 'plugins' },
  'consumers/key-auth': { entity: 'keyauth_credentials', parent: 'consumer' },
};

/** What the configuration has that no entity of ours stands for; empty when the table is complete. */
export function missingEntities(requests: readonly ConfigRequest[]): string[] {
  return [...new Set(requests.map(([, path]) => collectionOf(path)).filter((collection) => ENTITIES[collection] === undefined))];
}

export function tableOfRequests(requests: readonly ConfigRequest[], fill: (text: string) => string): ConfigTable {
  const rows: Record<string, Row[]> = { parameters: [{ key: 'cluster_id', value: uuidOf('cluster'), created_at: null }] };
  for (const [method, path, body] of requests) {
    const kind = ENTITIES[collectionOf(path)];
    if (kind === undefined) continue;
    const segments = path.slice(1).split('/');
    const key = method === 'PUT' ? segments.at(-1)! : undefined;
    const given = JSON.parse(fill(JSON.stringify(body ?? {}))) as Row;
    const row: Record<string, unknown> = {
      id: key !== undefined && UUID.test(key) ? key : uuidOf(path + JSON.stringify(given)), ...withoutUrl(given),
    };
    if (key !== undefined && !UUID.test(key)) row[kind.entity === 'consumers' ? 'username' : 'name'] ??= key;
    if (kind.parent !== undefined) row[kind.parent] = segments[1];
    (rows[kind.entity] ??= []).push(row);
  }
  return { _format_version: '3.0', _transform: false, ...rows };
}

/** The Admin API's shorthand, spelled out. */
function withoutUrl({ url, ...rest }: Row): Row {
  if (typeof url !== 'string') return rest;
  const match = /^(\w+):\/\/([^/:]+|\[[^\]]+\])(?::(\d+))?(\/.*)?$/.exec(url);
  if (match === null) throw new Error(`not a URL of a service: ${url}`);
  const [, protocol, host, port, path] = match;
  return { protocol, host, port: port === undefined ? (protocol === 'https' ? 443 : 80) : Number(port), path: path ?? null, ...rest };
}

function collectionOf(path: string): string {
  return path.slice(1).split('/').filter((_, index) => index % 2 === 0).join('/');
}

function uuidOf(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
