import { Token } from 'aws-cdk-lib';
import { DATABASES, DRAIN_SECONDS, ENV, PATHS, PORTS, ROLES } from '../../../private/contract';
import { shown } from '../../../private/input/place';
import type { PlaneSettings } from './plane';

/** Where a data plane finds its control plane: `host:port` each. */
export interface TunnelAddresses {
  readonly configuration: string;
  readonly telemetry: string;
  /** Names in the certificates of the two, where they are not the hosts. Without effect with one shared certificate. */
  readonly serverName?: string;
  readonly telemetryServerName?: string;
}

interface AdminListeners {
  readonly hasTls: boolean;
  /** Where nothing limits which pods connect. */
  readonly isOnLoopback: boolean;
}

/**
 * @param tunnel how both ends of a tunnel know each other
 * @param admin where the Admin API listens: on TLS, too; on the loopback address only
 */
export function controlPlaneSettings(tunnel: PlaneSettings, database: PlaneSettings, admin: AdminListeners): PlaneSettings {
  const address = admin.isOnLoopback ? '127.0.0.1' : '0.0.0.0';
  return {
    [ENV.role]: ROLES.controlPlane,
    [ENV.database]: DATABASES.postgres,
    ...nodeSettings(),
    // Reachable in the pod network, because the ClusterIP Service is how people get to it; the NetworkPolicy says who.
    // Without a certificate of its own the node makes one; only a load balancer sees it, which does not ask who signed it.
    [ENV.adminListen]: `${address}:${PORTS.admin}${admin.hasTls ? `, 0.0.0.0:${PORTS.adminTls} ssl` : ''}`,
    // What limits access is outside of the node: network policies, security groups, the load balancer's login.
    ...(!admin.isOnLoopback || admin.hasTls ? { [ENV.adminInsecure]: 'on' } : {}),
    [ENV.clusterListen]: `0.0.0.0:${PORTS.cluster}`,
    [ENV.clusterTelemetryListen]: `0.0.0.0:${PORTS.telemetry}`,
    ...tunnel,
    ...database,
  };
}

/** @param tunnel how both ends of a tunnel know each other */
export function dataPlaneSettings(
  tunnel: PlaneSettings,
  addresses: TunnelAddresses,
  labels: Readonly<Record<string, string>>,
): PlaneSettings {
  return {
    [ENV.role]: ROLES.dataPlane,
    [ENV.database]: DATABASES.off,
    ...nodeSettings(),
    [ENV.proxyListen]: `0.0.0.0:${PORTS.proxy}, 0.0.0.0:${PORTS.proxyTls} ssl`,
    [ENV.clusterControlPlane]: addresses.configuration,
    [ENV.clusterTelemetryEndpoint]: addresses.telemetry,
    ...tunnel,
    ...(addresses.serverName && { [ENV.clusterServerName]: addresses.serverName }),
    ...(addresses.telemetryServerName && { [ENV.clusterTelemetryServerName]: addresses.telemetryServerName }),
    ...labelSettings(labels),
  };
}

function nodeSettings(): PlaneSettings {
  return {
    [ENV.prefix]: PATHS.prefix,
    [ENV.statusListen]: `0.0.0.0:${PORTS.status}`,
    [ENV.drainSeconds]: String(DRAIN_SECONDS),
  };
}

const LABEL_PART = /^[a-z0-9]([\w.:-]*[a-z0-9])?$/i;
const RESERVED_LABEL = /^(kong|konnect|insomnia|mesh|kic)/i;

/** Kong's rules for `cluster_dp_labels`: at most ten, keys and values of 1 to 63 characters, some prefixes reserved. */
function labelSettings(labels: Readonly<Record<string, string>>): PlaneSettings {
  const entries = Object.entries(labels);
  if (entries.length === 0) return {};
  if (entries.length > 10) throw new Error(`labels: got ${entries.length}, expected at most 10: leave some out`);
  for (const [key, value] of entries) {
    if (!LABEL_PART.test(key) || key.length > 63 || key.includes(':') || RESERVED_LABEL.test(key)) {
      throw new Error(
        `labels: got the key ${JSON.stringify(key)}, expected 1 to 63 letters, digits, '.', '_' or '-', beginning and `
          + 'ending with a letter or digit,' +
          ' and not beginning with kong, konnect, insomnia, mesh or kic',
      );
    }
    if (Token.isUnresolved(value) || !LABEL_PART.test(value) || value.length > 63) {
      throw new Error(`labels[${JSON.stringify(key)}]: got ${shown(value)}, expected 1 to 63 letters, digits, '.', '_', ':' or '-',`
        + ' beginning and ending with a letter or digit');
    }
  }
  return { [ENV.clusterDpLabels]: entries.map(([key, value]) => `${key}:${value}`).join(',') };
}
