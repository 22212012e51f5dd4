/** Connects a data plane to the telemetry endpoint of its control plane. */
import { hostname } from 'node:os';

import type { Log } from '../base/log.ts';
import { KONG_VERSION } from '../base/version.ts';
import type { Settings, TunnelSettings } from '../settings/settings.ts';
import { TelemetryClient } from '../sync/telemetry-client.ts';
import type { TunnelTrust } from '../sync/trust.ts';
import type { DataPlane } from './data-plane.ts';
import { trustOf } from './tunnel.ts';

/** A client that is not started yet; `undefined` when no endpoint is set. @throws GatewayError `setting-missing` */
export function telemetryOf(dataPlane: DataPlane, settings: Settings, log: Log): TelemetryClient | undefined {
  const { telemetryEndpoint, labels } = settings.tunnel;
  if (telemetryEndpoint === undefined) return undefined;
  return new TelemetryClient({
    trust: telemetryTrustOf(settings.tunnel),
    endpoint: telemetryEndpoint,
    node: { id: dataPlane.id, hostname: hostname(), version: KONG_VERSION },
    labels,
    log,
    collect: () => dataPlane.takeRequestCounts(),
  });
}

/** @throws GatewayError `setting-missing` */
export function telemetryTrustOf(tunnel: TunnelSettings): TunnelTrust {
  return { ...trustOf(tunnel), ...(tunnel.telemetryServerName === undefined ? {} : { serverName: tunnel.telemetryServerName }) };
}
