/** A single node in this process: Admin API, store and proxy, with the settings that the recorded node had. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SILENT } from '../../../src/base/log.ts';
import type { Log } from '../../../src/base/log.ts';
import { ControlPlane } from '../../../src/control-plane/control-plane.ts';
import { sessionsOf } from '../../../src/control-plane/stored-sessions.ts';
import { DataPlane } from '../../../src/data-plane/data-plane.ts';
import { accessLogOf } from '../../../src/main/access-logs.ts';
import { withDefaultCertificates } from '../../../src/process/default-certificates.ts';
import { readSettings } from '../../../src/settings/read.ts';
import { adminClient } from '../../fixtures/admin-client.ts';
import type { AdminClient } from '../../fixtures/admin-client.ts';
import { eventually } from '../../fixtures/eventually.ts';

/** Of an answer to a change: the revision that contains it. */
const REVISION_HEADER = 'hybridge-revision';

export interface ReplayNode {
  readonly admin: AdminClient;
  readonly ports: Readonly<Record<'proxy' | 'proxyssl' | 'h2c' | 'stream' | 'streamtls' | 'admin' | 'status', number>>;
  /** Its working directory. */
  readonly folder: string;
  /** Resolves when the data plane runs everything that the Admin API has accepted. @throws Error it refuses the configuration */
  runsEverything(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings in addition to the node's own; `{{tmp}}` is its working directory */
export async function startReplayNode(settings: Readonly<Record<string, string>> = {}, log: Log = SILENT): Promise<ReplayNode> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-replay-'));
  mkdirSync(join(folder, 'logs'));
  const given = Object.entries(settings).map(([name, value]) => [name, value.replaceAll('{{tmp}}', folder)]);
  const { settings: read } = readSettings({
    KONG_PREFIX: folder,
    KONG_ADMIN_LISTEN: '127.0.0.1:0',
    KONG_PROXY_LISTEN: '127.0.0.1:0, 127.0.0.1:0 ssl http2, 127.0.0.1:0 http2',
    KONG_STREAM_LISTEN: '127.0.0.1:0, 127.0.0.1:0 ssl',
    KONG_STATUS_LISTEN: '127.0.0.1:0',
    KONG_DB_UPDATE_FREQUENCY: '1',
    KONG_PROXY_ACCESS_LOG: 'off',
    ...Object.fromEntries(given),
  });
  const complete = await withDefaultCertificates(read);
  const dataPlane: DataPlane = new DataPlane({
    settings: complete, log, accessLog: accessLogOf('proxy', complete, log), keepsConfiguration: false,
    sessions: sessionsOf(() => controlPlane),
    isStoreReachable: () => controlPlane.isStoreReachable(),
  });
  const { upstreamHealth: health, cachedAnswers } = dataPlane;
  const controlPlane = new ControlPlane({
    settings: complete, log, health, cachedAnswers, metrics: () => dataPlane.metrics(),
  });
  const addresses = { ...await controlPlane.start(), ...await dataPlane.start() };
  const source = controlPlane.configuration;
  let refusal: string | undefined;
  let applied = Promise.resolve();
  const follow = async () => {
    const latest = source.latest();
    const result = latest && await dataPlane.apply(latest.table, latest.hash);
    refusal = result && !result.applied ? result.message : undefined;
  };
  source.onChange(() => {
    applied = follow();
  });
  await follow();

  let revision = 0;
  const client = adminClient(`http://127.0.0.1:${addresses.admin[0]!.port}`);
  const admin: AdminClient = {
    send: async (...request) => {
      const answer = await client.send(...request);
      revision = Math.max(revision, Number(answer.headers[REVISION_HEADER] ?? 0));
      return answer;
    },
  };
  return {
    admin,
    folder,
    ports: {
      proxy: addresses.proxy[0]!.port, proxyssl: addresses.proxy[1]!.port, h2c: addresses.proxy[2]!.port,
      stream: addresses.stream[0]!.port, streamtls: addresses.stream[1]!.port,
      admin: addresses.admin[0]!.port, status: addresses.status[0]!.port,
    },
    runsEverything: async () => {
      await eventually(`revision ${revision} is exported`, () => (source.latest()?.revision ?? 0) >= revision);
      await applied;
      if (refusal !== undefined) throw new Error(`the data plane refuses the configuration: ${refusal}`);
    },
    close: async () => {
      await dataPlane.close(0);
      await controlPlane.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
