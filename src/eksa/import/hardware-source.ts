/** How the program gets its machines: from the file as it is, or with credentials from elsewhere. */
import type { Hardware, Machine } from '../hardware/hardware-csv';
import { parsePlaceholder } from '../hardware/placeholder';
import type { Expression, Value } from './typescript';
import { LIBRARY, call } from './typescript';

export interface HardwareSource {
  /** Path of the file, as the program shall name it. */
  readonly path: string;
  readonly hardware: Hardware;
  /** What the person who runs the program must know, one line each. */
  readonly notes: readonly string[];
}

/** The environment variables that take the place of credentials in the file. */
const EVERYWHERE = { username: 'BMC_USERNAME', password: 'BMC_PASSWORD' };

export function hardwareSource(path: string, hardware: Hardware): HardwareSource {
  const plain = withPlainPassword(hardware);
  if (plain.length === 0) return { path, hardware, notes: [] };
  const variables = isOneCredential(hardware)
    ? [EVERYWHERE.username, EVERYWHERE.password]
    : plain.flatMap((machine) => Object.values(variablesOf(machine)));
  return {
    path,
    hardware,
    notes: ['BMC credentials are not part of a program: hybridge eksa render takes them from', ...variables.map((name) => `  ${name}`)],
  };
}

/** Machines are written out one by one only where each has credentials of its own. */
export function hardwareExpression({ path, hardware }: HardwareSource): Expression {
  if (withPlainPassword(hardware).length === 0) return call('HardwareInventory.fromCsv', [path], LIBRARY);
  if (isOneCredential(hardware)) return call('HardwareInventory.fromCsv', [path, { bmcCredentials: fromEnvironment(EVERYWHERE) }], LIBRARY);
  return call('new HardwareInventory', [hardware.machines.map(machineProps)], LIBRARY);
}

function withPlainPassword({ machines }: Hardware): readonly Machine[] {
  return machines.filter(({ cells }) => cells.bmc_password !== '' && !parsePlaceholder(cells.bmc_password));
}

function isOneCredential({ machines }: Hardware): boolean {
  const withBmc = machines.filter(({ cells }) => cells.bmc_ip !== '');
  return new Set(withBmc.map(({ cells }) => JSON.stringify([cells.bmc_username, cells.bmc_password]))).size === 1;
}

function variablesOf({ cells }: Machine): { username: string; password: string } {
  const suffix = cells.hostname.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return { username: `BMC_USERNAME_${suffix}`, password: `BMC_PASSWORD_${suffix}` };
}

function fromEnvironment(variables: { readonly username: string; readonly password: string }): Expression {
  return call('BmcCredentials.fromEnvironment', [variables], LIBRARY);
}

function machineProps(machine: Machine): Value {
  const { cells, labels } = machine;
  return {
    hostname: cells.hostname,
    mac: cells.mac,
    ipAddress: cells.ip_address,
    netmask: cells.netmask,
    gateway: cells.gateway,
    nameservers: cells.nameservers.split('|'),
    labels,
    disk: cells.disk,
    bmc: cells.bmc_ip === '' ? undefined : { address: cells.bmc_ip, credentials: fromEnvironment(variablesOf(machine)) },
    vlanId: cells.vlan_id === '' ? undefined : Number(cells.vlan_id),
  };
}
