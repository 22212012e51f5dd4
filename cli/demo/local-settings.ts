/** Turns the settings of a plane in its cluster into settings of a process on this machine. What changes is told, the rest is taken as it is. */
import { ENV } from '../../gateway/contract.ts';
import type { ManifestSetting } from './manifests.ts';

export interface LocalSetting {
  readonly name: string;
  /** What the manifest has. */
  readonly there: string;
  /** What the process gets; undefined: it is left out. */
  readonly here: string | undefined;
}

/** What a process on this machine has instead of a cluster's services. */
export interface LocalPlane {
  /** Its working directory. */
  readonly prefix: string;
  /** Paths of the tunnel's certificate and key. */
  readonly certificate: string;
  readonly key: string;
  /** Addresses of the control plane's tunnels. */
  readonly configuration: string;
  readonly telemetry: string;
  /** A free port for each port that manifests name. */
  portFor(port: number): number;
}

type Replacement = (there: string, local: LocalPlane) => string | undefined;

const REPLACEMENTS: Readonly<Record<string, Replacement>> = {
  [ENV.prefix]: (_, local) => local.prefix,
  [ENV.clusterCert]: (_, local) => local.certificate,
  [ENV.clusterCertKey]: (_, local) => local.key,
  [ENV.clusterCaCert]: (_, local) => local.certificate,
  [ENV.clusterControlPlane]: (_, local) => local.configuration,
  [ENV.clusterTelemetryEndpoint]: (_, local) => local.telemetry,
  [ENV.proxyListen]: onThisMachine,
  [ENV.adminListen]: onThisMachine,
  [ENV.statusListen]: onThisMachine,
  [ENV.clusterListen]: onThisMachine,
  [ENV.clusterTelemetryListen]: onThisMachine,
  [ENV.database]: (there) => there === 'postgres' ? 'embedded' : there,
  [ENV.pgHost]: leftOut,
  [ENV.pgPort]: leftOut,
  [ENV.pgDatabase]: leftOut,
  [ENV.pgUser]: leftOut,
  [ENV.pgPassword]: leftOut,
  [ENV.pgPasswordFile]: leftOut,
  [ENV.pgSsl]: leftOut,
  [ENV.pgSslVerify]: leftOut,
  // Authorities that the image carries; here the machine's own do.
  [ENV.trustedCertificate]: (there) => there.includes('/') ? 'system' : there,
  // Nobody balances load here.
  HYBRIDGE_DRAIN_SECONDS: leftOut,
};

export function localSettings(settings: readonly ManifestSetting[], local: LocalPlane): readonly LocalSetting[] {
  return settings.flatMap(({ name, value, from }) => {
    const there = value ?? `(${from})`;
    const replace = REPLACEMENTS[name];
    if (replace) return [{ name, there, here: replace(value ?? '', local) }];
    // Without a value there is nothing to take: only the cluster knows it.
    return [{ name, there, here: value }];
  });
}

/** The environment of the process, and nothing else of this machine's but what a process needs to run. */
export function environmentOf(settings: readonly LocalSetting[]): Record<string, string> {
  const inherited = Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => process.env[name] === undefined ? [] : [[name, process.env[name]!]]));
  return { ...inherited, ...Object.fromEntries(settings.flatMap(({ name, here }) => here === undefined ? [] : [[name, here]])) };
}

function leftOut(): undefined {
  return undefined;
}

/** The same listeners with their flags, on loopback and on free ports. IPv6 twins of an address are left out. */
function onThisMachine(there: string, local: LocalPlane): string {
  const entries = there.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '' && !entry.startsWith('['));
  return entries.map((entry) => entry.replace(/^[^\s]*:(\d+)/, (_, port: string) => `127.0.0.1:${local.portFor(Number(port))}`)).join(', ');
}
