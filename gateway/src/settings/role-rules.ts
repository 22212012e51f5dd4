/** What each role needs and excludes, as a table. */
import { X509Certificate } from 'node:crypto';
import type { Settings } from './settings.ts';
import { DATABASE_NAME } from './table/database.ts';
import { SETTINGS } from './table.ts';
import { TUNNEL_MATERIAL } from './tunnel-material.ts';

interface RoleRule {
  readonly broken: (settings: Settings) => boolean;
  readonly message: string;
}

const { role, listen, tunnel, trustedIps } = SETTINGS;

const isControlPlane = (settings: Settings) => settings.role === 'control_plane';
const isDataPlane = (settings: Settings) => settings.role === 'data_plane';

const RULES: readonly RoleRule[] = [
  {
    broken: ({ fallback }) => (fallback.export || fallback.import) && fallback.storage === undefined,
    message: `${SETTINGS.fallback.storage.name} is missing: the fallback configuration needs a place, such as s3://bucket/prefix`,
  },
  {
    broken: (settings) => settings.fallback.export && !isControlPlane(settings),
    message: `${SETTINGS.fallback.export.name}: only a control plane writes the fallback configuration; a data plane has `
      + SETTINGS.fallback.import.name,
  },
  {
    broken: (settings) => settings.fallback.import && !isDataPlane(settings),
    message: `${SETTINGS.fallback.import.name}: only a data plane takes the fallback configuration; a control plane has `
      + SETTINGS.fallback.export.name,
  },
  {
    broken: (settings) => isControlPlane(settings) && settings.database === 'off',
    message: `${DATABASE_NAME.name}: off does not go with ${role.name}=control_plane, which stores the configuration; use embedded, `
      + 'postgres or mysql',
  },
  {
    broken: (settings) => isDataPlane(settings) && settings.database !== 'off',
    message: `${DATABASE_NAME.name}: a data plane has no database; set it to off or leave it out`,
  },
  {
    broken: (settings) => isControlPlane(settings) && settings.listen.admin.length === 0,
    message: `${listen.admin.name}: a control plane needs at least one address for its Admin API; off is not possible`,
  },
  {
    broken: (settings) => isControlPlane(settings) && settings.listen.cluster.length === 0,
    message: `${listen.cluster.name}: a control plane needs at least one address for its tunnel; off is not possible`,
  },
  {
    broken: (settings) => isDataPlane(settings) && settings.listen.proxy.length === 0,
    message: `${listen.proxy.name}: a data plane needs at least one address for its proxy; off is not possible`,
  },
  {
    broken: (settings) => settings.role !== 'traditional' && settings.tunnel.identity === undefined,
    message: `${TUNNEL_MATERIAL.certificate.name} and ${TUNNEL_MATERIAL.key.name} are missing: both planes need the certificate of the `
      + 'tunnel; '
      + 'make one with "hybridge cert"',
  },
  {
    broken: (settings) => isControlPlane(settings) && settings.tunnel.mode !== 'shared' && settings.tunnel.authorities === undefined,
    message: `${TUNNEL_MATERIAL.authorities.name} is missing: with ${tunnel.mode.name}=pki and pki_check_cn a control plane checks the `
      + 'certificates of data planes against that authority',
  },
  {
    broken: (settings) => settings.role !== 'traditional' && settings.tunnel.mode === 'shared' && settings.tunnel.revoked !== undefined,
    message: `${TUNNEL_MATERIAL.revoked.name}: with ${tunnel.mode.name}=shared all nodes have one certificate, so that a single node `
      + 'cannot be '
      + 'revoked; use pki, or replace the certificate',
  },
  {
    broken: (settings) => settings.role !== 'traditional' && settings.tunnel.mode !== 'shared' && settings.tunnel.accepted !== undefined,
    message: `${TUNNEL_MATERIAL.accepted.name}: applies only to ${tunnel.mode.name}=shared; with pki, put the old and the new authority `
      + 'into '
      + TUNNEL_MATERIAL.authorities.name,
  },
  {
    broken: (settings) => settings.tunnel.mode !== 'pki_check_cn' && settings.tunnel.allowedCommonNames.length > 0,
    message: `${tunnel.allowedCommonNames.name}: applies only to ${tunnel.mode.name}=pki_check_cn; set that, or leave the names out`,
  },
  {
    broken: (settings) => isControlPlane(settings) && lacksCommonNames(settings.tunnel),
    message: `${tunnel.allowedCommonNames.name} is missing: the common name of the control plane's certificate has no parent domain for `
      + 'those of data planes; list them',
  },
  {
    broken: (settings) => isControlPlane(settings) && Object.keys(settings.tunnel.labels).length > 0,
    message: `${tunnel.labels.name}: only data planes have labels; leave it out on a control plane`,
  },
];

function lacksCommonNames({ mode, allowedCommonNames, identity }: Settings['tunnel']): boolean {
  if (mode !== 'pki_check_cn' || allowedCommonNames.length > 0 || identity === undefined) return false;
  return !/^CN=[^.]+\.[^.]/m.test(new X509Certificate(identity.certificate).subject ?? '');
}

/** A load balancer that sends the PROXY header to a port that does not read it gets 400 for every request. */
const PROXY_PROTOCOL_RULES = (['admin', 'status', 'cluster', 'telemetry'] as const).map((name): RoleRule => ({
  broken: (settings) => settings.listen[name].some(({ proxyProtocol }) => proxyProtocol),
  message: `${listen[name].name}: proxy_protocol is not supported; turn it off here and at the load balancer, `
    + `let the load balancer set X-Forwarded-For, and put its addresses into ${trustedIps.name}`,
}));

export function roleProblems(settings: Settings): string[] {
  return [...RULES, ...PROXY_PROTOCOL_RULES].filter((rule) => rule.broken(settings)).map((rule) => rule.message);
}
