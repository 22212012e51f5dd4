/** Requests that decK sent to a node in whole sessions, sent again: runs where there is no decK. */
import { describe, expect, it } from 'vitest';
import { held } from '../conformance/admin-replay.ts';
import { startAdminNode } from '../fixtures/admin-node.ts';
import { PLUGIN_CONFIGS } from '../fixtures/deck/plugin-configs.ts';
import { recordedSessions } from '../fixtures/deck/request-sessions.ts';
import type { GoldenSuite } from '../fixtures/golden-admin.ts';
import { recorded } from '../fixtures/recorded.ts';

/** What the gateway answers otherwise than a client sent it: it stores a hash. */
const HASHED = new Set(['password']);

const SESSIONS = recordedSessions().map((session) => ({ ...session, title: session.commands.join(', ') }));

describe('requests of decK', () => {
  it.each(SESSIONS)('are answered as decK needs it: $title', async ({ requests }) => {
    const node = await startAdminNode();
    let deletes = 0;
    for (const [method, path, body, status] of requests) {
      if (method === 'DELETE' && deletes++ === 0) expect(await held(node)).not.toEqual([]);
      const answer = await node.send(method, path, body === null ? undefined : body);
      expect(`${method} ${path}: ${answer.status}`).toBe(`${method} ${path}: ${status}`);
      const isWrite = (method === 'PUT' || method === 'POST') && status < 300 && !path.endsWith('/validate');
      // decK takes the answer to a write as what the node holds now.
      if (isWrite) expect(JSON.parse(answer.text), `${method} ${path}`).toMatchObject(asStored(body!));
    }
    expect(await held(node)).toEqual([]);
    await node.close();
  });

  it('come from states with every bundled plugin', () => {
    const suite = recorded<readonly GoldenSuite[]>('admin-validation').find(({ id }) => id === 'admin-validation/information')!;
    const { body } = suite.cases.find(({ id }) => id.endsWith('/plugins-enabled'))!.expect[0]!;
    expect(Object.keys(PLUGIN_CONFIGS).sort()).toEqual((body as { readonly enabled_plugins: readonly string[] }).enabled_plugins);
  });
});

/** Of the entity that it belongs to, decK sends more than its id. */
function asStored(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !HASHED.has(name))
    .map(([name, value]) => [name, name === 'consumer' || name === 'upstream' ? { id: (value as { readonly id: string }).id } : value]));
}
