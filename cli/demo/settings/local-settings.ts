/**
 * Turns the settings of a plane in its place into settings of a process on this machine. The demo prints what changes;
 * the rest stays as it is.
 */
import { ENV } from '../../../gateway/contract.ts';
import type { PlaneSetting } from './plane-setting.ts';

export interface LocalSetting {
  readonly name: string;
  /** What was synthesized. */
  readonly there: string;
  /** What the process gets; undefined: it is left out. */
  readonly here: string | undefined;
  /** Whether `here` is the content of a certificate or key. */
  readonly isContent: boolean;
}

/** A certificate or key: nodes take it as a file or as its content. */
interface Pem {
  readonly path: string;
  readonly text: string;
}

/** Local substitutes for the services of a cluster. */
export interface LocalPlane {
  /** Its working directory. */
  readonly prefix: string;
  /** Of the tunnel. */
  readonly certificate: Pem;
  readonly key: Pem;
  /** Addresses of the control plane's tunnels. */
  readonly configuration: string;
  readonly telemetry: string;
  /** A free port for each port that settings name. */
  portFor(port: number): number;
}

type Replacement = (there: string, local: LocalPlane, isContent: boolean) => string | undefined;

const REPLACEMENTS: Readonly<Record<string, Replacement>> = {
  [ENV.prefix]: (_, local) => local.prefix,
  [ENV.clusterCert]: (_, local, isContent) => pem(local.certificate, isContent),
  [ENV.clusterCertKey]: (_, local, isContent) => pem(local.key, isContent),
  [ENV.clusterCaCert]: (_, local, isContent) => pem(local.certificate, isContent),
  [ENV.clusterControlPlane]: (_, local) => local.configuration,
  [ENV.clusterTelemetryEndpoint]: (_, local) => local.telemetry,
  // Consumers of a demo see the node's own certificate: the key of the other is in AWS.
  [ENV.sslCert]: leftOut,
  [ENV.sslCertKey]: leftOut,
  [ENV.proxyListen]: onThisMachine,
  [ENV.streamListen]: onThisMachine,
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
  // The key is in AWS: without one, the history of the demo leaves secrets out.
  [ENV.historyKeyFile]: leftOut,
  // Authorities that the image carries; here the machine's own do.
  [ENV.trustedCertificate]: (there) => there.includes('/') ? 'system' : there,
  // There is no load balancer here.
  HYBRIDGE_DRAIN_SECONDS: leftOut,
};

export function localSettings(settings: readonly PlaneSetting[], local: LocalPlane): readonly LocalSetting[] {
  return settings.map(({ name, value, from, isContent = false }) => {
    const there = value ?? `(${from})`;
    const replace = REPLACEMENTS[name];
    // Without a value there is nothing to take: only its real environment knows it.
    return { name, there, here: replace ? replace(value ?? '', local, isContent) : value, isContent };
  });
}

/** The environment of the process, and nothing else of this machine's but what a process needs to run. */
export function environmentOf(settings: readonly LocalSetting[]): Record<string, string> {
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]!]])),
  );
  return { ...inherited, ...Object.fromEntries(settings.flatMap(({ name, here }) => here === undefined ? [] : [[name, here]])) };
}

function pem({ path, text }: Pem, isContent: boolean): string {
  return isContent ? text : path;
}

function leftOut(): undefined {
  return undefined;
}

/** The same listeners with their flags, on loopback and on free ports. IPv6 twins of an address are left out. */
function onThisMachine(there: string, local: LocalPlane): string {
  const entries = there.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '' && !entry.startsWith('['));
  return entries.map((entry) => entry.replace(/^[^\s]*:(\d+)/, (_, port: string) => `127.0.0.1:${local.portFor(Number(port))}`)).join(', ');
}
