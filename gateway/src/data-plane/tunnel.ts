/** Connects a data plane to its control plane. */
import { hostname } from 'node:os';

import { GatewayError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { KONG_VERSION } from '../base/version.ts';
import { schemasFor } from '../plugins/schemas.ts';
import type { Settings, TunnelSettings } from '../settings/settings.ts';
import { TunnelClient } from '../sync/client.ts';
import type { TunnelTrust } from '../sync/trust.ts';
import type { DataPlane } from './data-plane.ts';

/** A client that is not started yet. @throws GatewayError `setting-missing` */
export function tunnelOf(dataPlane: DataPlane, settings: Settings, log: Log): TunnelClient {
  const { tunnel } = settings;
  if (tunnel.controlPlanes.length === 0) {
    throw new GatewayError('setting-missing', 'KONG_CLUSTER_CONTROL_PLANE is not set, expected host:port of the control plane; '
      + 'a data plane gets its configuration from there');
  }
  return new TunnelClient({
    trust: trustOf(tunnel),
    controlPlanes: tunnel.controlPlanes,
    node: { id: dataPlane.id, hostname: hostname(), version: KONG_VERSION },
    info: {
      // Also those without code: a control plane that missed one would send nothing. Requests that would run it get status 500.
      plugins: [...schemasFor(settings).plugins.keys()].sort().map((name) => ({ name, version: KONG_VERSION })),
      process_conf: {
        role: settings.role,
        database: settings.database,
        prefix: settings.prefix,
        cluster_mtls: tunnel.mode,
        log_level: settings.logLevel,
      },
      filters: {},
      labels: tunnel.labels,
    },
    receiver: {
      currentHash: () => dataPlane.currentHash,
      confirm: () => dataPlane.confirm(),
      apply: async (table, hash, time) => {
        await dataPlane.prepare(table);
        return dataPlane.apply(table, hash, time);
      },
    },
    report: () => {
      const { quarantine, refused } = dataPlane;
      return { quarantined: quarantine, refused: refused === undefined ? null : { config_hash: refused.hash, message: refused.message } };
    },
    maxPayloadBytes: tunnel.maxPayloadBytes,
    log,
  });
}

/** @throws GatewayError `setting-missing` */
export function trustOf(tunnel: TunnelSettings): TunnelTrust {
  if (tunnel.identity === undefined) {
    throw new GatewayError('setting-missing', 'KONG_CLUSTER_CERT and KONG_CLUSTER_CERT_KEY are not set, '
      + 'expected the certificate and key of this node in the tunnel');
  }
  return {
    mode: tunnel.mode,
    identity: tunnel.identity,
    trusted: tunnel.trusted,
    ...(tunnel.accepted === undefined ? {} : { accepted: tunnel.accepted }),
    ...(tunnel.authorities === undefined ? {} : { authorities: tunnel.authorities }),
    ...(tunnel.serverName === undefined ? {} : { serverName: tunnel.serverName }),
  };
}
