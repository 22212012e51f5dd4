/** The Admin API of a node, on the addresses of its settings. */
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';

import { openAccessLogFile } from '../access-log/access-log.ts';
import type { AccessLog } from '../access-log/access-record.ts';
import type { Log } from '../base/log.ts';
import { nodeId } from '../base/node-id.ts';
import { ListenerServers } from '../listener/listener-servers.ts';
import { schemasFor } from '../plugins/schemas.ts';
import { adminListeners } from '../settings/admin-access.ts';
import type { Settings } from '../settings/settings.ts';
import type { ConnectionCounts } from '../status/status-api.ts';
import { createAdminApi } from './admin-api/admin-api.ts';
import type { AdminApiOptions } from './admin-api/admin-api.ts';
import { ApiListener } from './api-listener.ts';
import { shownSettings } from './shown-settings.ts';

type PassedOn = 'store' | 'configuration' | 'failures' | 'telemetry' | 'declarative' | 'metrics' | 'health' | 'cachedAnswers';

interface NodeAdminApiOptions extends Pick<AdminApiOptions, PassedOn> {
  readonly settings: Settings;
  readonly log: Log;
  /** Counted here. @default - new counters */
  readonly counts?: ConnectionCounts;
  /** Where requests are logged; ends with the API. @default - the file that the settings name, but no stream of the process */
  readonly accessLog?: AccessLog | undefined;
}

interface NodeAdminApi {
  readonly addresses: readonly AddressInfo[];
  /** Finishes the requests under way. */
  close(): Promise<void>;
}

/** @throws GatewayError `address-unavailable`, `certificate-missing` */
export async function openNodeAdminApi({
  settings, log, counts = { accepted: 0, active: 0, requests: 0 },
  accessLog = openAccessLogFile({ setting: settings.accessLogs.admin, prefix: settings.prefix, log }), ...parts
}: NodeAdminApiOptions): Promise<NodeAdminApi> {
  const { plugins, schemas } = schemasFor(settings);
  const app = createAdminApi({
    ...parts, log, counts, schemas, plugins, role: settings.role, routerFlavor: settings.routerFlavor, token: settings.admin.token,
    node: {
      nodeId: nodeId(settings.prefix, settings.nodeId, log),
      hostname: hostname(),
      configuration: shownSettings(settings, [...plugins.keys()]),
    },
  });
  const { certificates, tls } = settings;
  const servers = new ListenerServers({ name: 'admin', certificate: certificates.admin, tls, log });
  const listener = new ApiListener({ app, counts, log, servers, accessLog });
  const close = async (): Promise<void> => {
    await listener.close();
    await servers.close();
  };
  try {
    return { addresses: await listener.open(adminListeners(settings)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
