/** What each role needs and excludes, as a table. */
import { SETTINGS } from './names.ts';
import type { SettingKey } from './names.ts';
import type { Settings } from './settings.ts';

interface RoleRule {
  readonly broken: (settings: Settings, isGiven: (key: SettingKey) => boolean) => boolean;
  readonly message: string;
}

const { adminListen, clusterCaCert, clusterCert, clusterCertKey, clusterDpLabels, clusterListen, clusterMtls, database, proxyListen, role } = SETTINGS;

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
    broken: (settings) => isControlPlane(settings) && settings.tunnel.mode === 'pki' && settings.tunnel.authorities === undefined,
    message: `${clusterCaCert.name} is missing: with ${clusterMtls.name}=pki a control plane checks data planes against that authority`,
  },
  {
    broken: (settings, isGiven) => isControlPlane(settings) && isGiven('clusterDpLabels'),
    message: `${clusterDpLabels.name}: labels belong to data planes; leave it out on a control plane`,
  },
];

export function roleProblems(settings: Settings, isGiven: (key: SettingKey) => boolean): string[] {
  return RULES.filter((rule) => rule.broken(settings, isGiven)).map((rule) => rule.message);
}
