/** What each role needs and excludes, as a table. */
import { X509Certificate } from 'node:crypto';

import { SETTINGS } from './names.ts';
import type { SettingKey } from './names.ts';
import type { Settings } from './settings.ts';

interface RoleRule {
  readonly broken: (settings: Settings, isGiven: (key: SettingKey) => boolean) => boolean;
  readonly message: string;
}

const {
  adminListen, clusterAcceptedCerts, clusterAllowedCommonNames, clusterCaCert, clusterCert, clusterCertKey, clusterRevokedFile,
  clusterDpLabels, clusterListen, clusterMtls, clusterTelemetryListen, database, proxyListen, role, statusListen, trustedIps,
} = SETTINGS;

const LISTEN_SETTINGS = { proxy: proxyListen, admin: adminListen, status: statusListen, cluster: clusterListen, telemetry: clusterTelemetryListen } as const;

const isControlPlane = (settings: Settings) => settings.role === 'control_plane';
const isDataPlane = (settings: Settings) => settings.role === 'data_plane';

const RULES: readonly RoleRule[] = [
  {
    broken: (settings) => isControlPlane(settings) && settings.database === 'off',
    message: `${database.name}: off does not go with ${role.name}=control_plane, which keeps the configuration; use embedded or postgres`,
  },
  {
    broken: (settings) => isDataPlane(settings) && settings.database !== 'off',
    message: `${database.name}: a data plane has no database; set it to off or leave it out`,
  },
  {
    broken: (settings) => isControlPlane(settings) && settings.listen.admin.length === 0,
    message: `${adminListen.name}: a control plane needs at least one address for its Admin API; off is not possible`,
  },
  {
    broken: (settings) => isControlPlane(settings) && settings.listen.cluster.length === 0,
    message: `${clusterListen.name}: a control plane needs at least one address for its tunnel; off is not possible`,
  },
  {
    broken: (settings) => isDataPlane(settings) && settings.listen.proxy.length === 0,
    message: `${proxyListen.name}: a data plane needs at least one address for its proxy; off is not possible`,
  },
  {
    broken: (settings) => settings.role !== 'traditional' && settings.tunnel.identity === undefined,
    message: `${clusterCert.name} and ${clusterCertKey.name} are missing: both planes need the certificate of the tunnel; `
      + 'make one with "hybridge cert"',
  },
  {
    broken: (settings) => isControlPlane(settings) && settings.tunnel.mode !== 'shared' && settings.tunnel.authorities === undefined,
    message: `${clusterCaCert.name} is missing: with ${clusterMtls.name}=pki and pki_check_cn a control plane checks data planes against that authority`,
  },
  {
    broken: (settings) => settings.role !== 'traditional' && settings.tunnel.mode === 'shared' && settings.tunnel.revoked !== undefined,
    message: `${clusterRevokedFile.name}: with ${clusterMtls.name}=shared all nodes have the same certificate, so that none can be told from the others; use pki, or replace the certificate`,
  },
  {
    broken: (settings) => settings.role !== 'traditional' && settings.tunnel.mode !== 'shared' && settings.tunnel.accepted !== undefined,
    message: `${clusterAcceptedCerts.name}: is for ${clusterMtls.name}=shared; with pki name old and new authority in ${clusterCaCert.name}`,
  },
  {
    broken: (settings) => settings.tunnel.mode !== 'pki_check_cn' && settings.tunnel.allowedCommonNames.length > 0,
    message: `${clusterAllowedCommonNames.name}: is looked at with ${clusterMtls.name}=pki_check_cn only; set that, or leave the names out`,
  },
  {
    broken: ({ role: own, tunnel: { mode, allowedCommonNames, identity } }) => own === 'control_plane' && mode === 'pki_check_cn' && allowedCommonNames.length === 0
      && identity !== undefined && !/^CN=[^.]+\.[^.]/m.test(new X509Certificate(identity.certificate).subject ?? ''),
    message: `${clusterAllowedCommonNames.name} is missing: the common name of the control plane's certificate has no parent domain that those of data planes could have; name them`,
  },
  {
    broken: (settings, isGiven) => isControlPlane(settings) && isGiven('clusterDpLabels'),
    message: `${clusterDpLabels.name}: labels belong to data planes; leave it out on a control plane`,
  },
];

/** Whoever sends that header to a port that does not read it gets nothing but refusals. */
const proxyProtocolRules = (['proxy', 'admin', 'status', 'cluster', 'telemetry'] as const).map((name): RoleRule => ({
  broken: ({ listen }) => listen[name].some(({ proxyProtocol }) => proxyProtocol),
  message: `${LISTEN_SETTINGS[name].name}: proxy_protocol is not supported; turn it off here and at the load balancer, `
    + `and let that set X-Forwarded-For, with its addresses in ${trustedIps.name}`,
}));

export function roleProblems(settings: Settings, isGiven: (key: SettingKey) => boolean): string[] {
  return [...RULES, ...proxyProtocolRules].filter((rule) => rule.broken(settings, isGiven)).map((rule) => rule.message);
}
