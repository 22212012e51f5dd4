import { ENV } from '../../../private/contract';
import type { SecretMount } from '../../../private/secrets/mount';
import type { PlaneHosting } from '../manifests/hosting';
import type { PlaneDescription } from '../plane/plane';
import { splitEnvironment } from '../plane/secret-environment';

/** What the chart makes of its own values. */
const MADE_BY_THE_CHART: ReadonlySet<string> = new Set([
  ENV.prefix, ENV.proxyListen, ENV.adminListen, ENV.statusListen, ENV.clusterListen, ENV.clusterTelemetryListen,
]);

/** The chart's name for what it takes from the enterprise edition's Secret. */
const LICENCE = 'licence';

type Value = string | { readonly valueFrom: unknown };
type Values = Readonly<Record<string, Value>>;

/** Values `env` and `customEnv` of the chart. */
interface ChartEnvironment {
  /** Settings without `KONG_`, in lower case. */
  readonly env: Values;
  /** Secrets of plugins under the names that references to the vault `env` look for. */
  readonly customEnv: Values;
}

/** Where the chart mounts Secrets, and where we mount what stands in for them. */
export function mountPath(plane: PlaneDescription, mount: Pick<SecretMount, 'name'>): string {
  return `/etc/secrets/${plane.name}-${mount.name}`;
}

/**
 * Mounts that have to be Secrets of Kubernetes: Kong reads certificates and keys of tunnels from files, but everything
 * else that is secret from its environment.
 */
export function isSecretOfKubernetes({ settings }: PlaneDescription, mount: SecretMount): boolean {
  return !mount.files.some(({ file }) =>
    Object.entries(settings).some(([name, value]) => name.startsWith('KONG_') && mentions(value, `${mount.path}/${file}`)),
  );
}

export function chartEnvironment(plane: PlaneDescription, hosting: PlaneHosting): ChartEnvironment {
  const settings = Object.entries(plane.settings).filter(([name]) => name.startsWith('KONG_') && !MADE_BY_THE_CHART.has(name));
  const env: Record<string, Value> = {};
  for (const [name, value] of settings) {
    const entry = hosting.environmentVariable(name, inMounts(plane, value)) as { readonly value?: string; readonly valueFrom?: unknown };
    env[name.slice('KONG_'.length).toLowerCase()] = entry.value ?? { valueFrom: entry.valueFrom };
  }
  const customEnv: Record<string, Value> = {};
  const { secrets } = splitEnvironment(plane);
  for (const { name, mount, file } of secrets) {
    if (!isSecretOfKubernetes(plane, mount) || mount.name === LICENCE) continue;
    const reference = { valueFrom: { secretKeyRef: { name: `${plane.name}-${mount.name}`, key: file } } };
    if (name === ENV.pgPasswordFile) env.pg_password = reference;
    else customEnv[name.toLowerCase()] = reference;
  }
  return { env, customEnv };
}

/** Paths of our image become paths of the chart's mounts; one value may contain several. */
function inMounts(plane: PlaneDescription, value: string): string {
  const mounts = [...plane.secrets, ...plane.certificates];
  return mounts.reduce((text, mount) => text.split(`${mount.path}/`).join(`${mountPath(plane, mount)}/`), value);
}

function mentions(value: string, path: string): boolean {
  return value.split(',').includes(path);
}
