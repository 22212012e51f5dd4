/** One data plane for all hostile bytes: a strict upstream behind it, and plugins that answer before a body was read. */
import { createLog } from '../../src/base/log.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import type { ConfigTable, Row } from '../../src/model/config-table.ts';
import { withDefaultCertificates } from '../../src/process/default-certificates.ts';
import { readSettings } from '../../src/settings/read.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { RawDialogue } from './raw-dialogue.ts';
import { StrictUpstream } from './strict-upstream.ts';

export interface HostileNode {
  readonly upstream: StrictUpstream;
  readonly ports: { readonly plain: number; readonly tls: number };
  /** Lines of the log about defects of the gateway's own. */
  readonly defects: readonly string[];
  /** Whether a plain request is served. A barrier, too: what the node did before has reached the upstream. */
  serves(): Promise<boolean>;
  close(): Promise<void>;
}

const id = (number: number): string => `0000000${number}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`;

/** Paths: `/` any, `/auth` refuses with 401, `/limit` bodies over 100 bytes with 413, `/enough` with 429, `/early` answers early. */
function tableOf(upstream: number, early: number, more: Readonly<Record<string, readonly Row[]>>): ConfigTable {
  const services = [[id(1), upstream], [id(2), early]] as const;
  const routes = [['/', id(1)], ['/auth', id(1)], ['/limit', id(1)], ['/enough', id(1)], ['/early', id(2)]] as const;
  const plugins = [
    ['key-auth', 1, {}], ['request-size-limiting', 2, { allowed_payload_size: 100, size_unit: 'bytes' }],
    ['request-termination', 3, { status_code: 429, message: 'enough' }],
  ] as const;
  return {
    _format_version: '3.0',
    services: [
      ...services.map(([service, port]) => ({ id: service, name: service, host: '127.0.0.1', port, retries: 0, read_timeout: 3000 })),
      ...more.services ?? [],
    ],
    routes: [
      ...routes.map(([path, service], index) => ({
        id: `0000000${index}-bbbb-4bbb-8bbb-bbbbbbbbbbbb`, name: `route-${index}`, paths: [path], strip_path: false, service,
      })),
      ...more.routes ?? [],
    ],
    plugins: [
      ...plugins.map(([name, route, config], index) => ({
        id: `0000000${index}-cccc-4ccc-8ccc-cccccccccccc`, name, config, route: `0000000${route}-bbbb-4bbb-8bbb-bbbbbbbbbbbb`,
      })),
      ...more.plugins ?? [],
    ],
    ...Object.fromEntries(Object.entries(more).filter(([name]) => !['services', 'routes', 'plugins'].includes(name))),
  };
}

/** @param more rows and settings of a suite */
export async function startHostileNode(
  more: Readonly<Record<string, readonly Row[]>> = {}, environment: Readonly<Record<string, string>> = {},
): Promise<HostileNode> {
  const [upstream, early] = [new StrictUpstream(), new StrictUpstream()];
  await upstream.start();
  await early.start();
  early.answer({ when: 'head', resp: 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno' });
  const { settings } = readSettings({
    KONG_PREFIX: temporaryFolder('hostile'), KONG_PROXY_LISTEN: '127.0.0.1:0, 127.0.0.1:0 ssl http2', KONG_STATUS_LISTEN: '127.0.0.1:0',
    KONG_PROXY_ACCESS_LOG: 'off', ...environment,
  });
  const defects: string[] = [];
  const log = createLog({ level: 'error', write: (line) => void (line.includes('defect') && defects.push(line)) });
  const dataPlane = new DataPlane({ settings: await withDefaultCertificates(settings), log, keepsConfiguration: false });
  const { proxy } = await dataPlane.start();
  const result = await dataPlane.apply(tableOf(upstream.port, early.port, more), 'a'.repeat(32));
  if (!result.applied) throw new Error(result.message);
  const [plain, tls] = [proxy[0]!.port, proxy[1]!.port];
  return {
    upstream,
    ports: { plain, tls },
    defects,
    serves: async () => {
      const dialogue = await RawDialogue.open({ port: plain });
      await dialogue.send(['GET /barrier HTTP/1.1\r\nHost: bb.test\r\nConnection: close\r\n\r\n']);
      await dialogue.closed();
      dialogue.destroy();
      return dialogue.statuses.length === 1 && dialogue.statuses[0] === 200;
    },
    close: async () => {
      await dataPlane.close(0);
      await upstream.stop();
      await early.stop();
    },
  };
}
