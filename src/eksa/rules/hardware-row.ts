/** Rules about each machine of hardware.csv, by itself and beside the others. */
import { asWritten } from '../finding';
import type { Column } from '../hardware/columns';
import { BMC_COLUMNS } from '../hardware/columns';
import type { Machine } from '../hardware/hardware-csv';
import { subnetOf } from '../hardware/subnet';
import { addressText, contains, lastAddress, netmaskLength, parseIp, sameIp } from '../syntax/ip';
import { isEthernetMac, isMac } from '../syntax/mac';
import { isDnsSubdomain, labelKeyProblem, labelValueProblem } from '../syntax/names';
import { hasIpv6 } from './ipv6';
import type { Context } from './rule';

/** A rule about one machine, the others in sight. */
interface MachineRule {
  readonly id: string;
  readonly column: Column;
  readonly check: (machine: Machine, context: MachineContext) => string | undefined;
}

interface MachineContext extends Context {
  /** Whether images are installed on the disk of the row; a template of one's own may name another. */
  readonly installsOnDisk: boolean;
  /** The first machine of the file with a BMC. */
  readonly firstWithBmc?: Machine;
  /** The first machine of the file with the same value in a column; addresses are compared by value, and an empty cell has none. */
  firstWith(column: Column, value: string): Machine | undefined;
}

/** Indexes the machines once, so that a thousand of them are compared in one pass. */
export function machineContext(context: Context): MachineContext {
  const machines = context.hardware?.machines ?? [];
  const indexes = new Map(UNIQUE_COLUMNS.map((column) => [column, new Map<string, Machine>()]));
  for (const machine of machines) {
    for (const [column, index] of indexes) {
      const key = comparable(column, machine.cells[column]);
      if (key !== '' && !index.has(key)) index.set(key, machine);
    }
  }
  return {
    ...context,
    firstWith: (column, value) => indexes.get(column)?.get(comparable(column, value)),
    installsOnDisk: installsOnDisk(context),
    firstWithBmc: machines.find((machine) => hasBmc(machine.cells)),
  };
}

const UNIQUE_COLUMNS: readonly Column[] = ['hostname', 'mac', 'ip_address', 'bmc_ip'];

const ADDRESS_COLUMNS: ReadonlySet<Column> = new Set(['ip_address', 'bmc_ip']);

function comparable(column: Column, value: string): string {
  // An address of IPv4 can be written in one way alone, but for its form as IPv6.
  const address = ADDRESS_COLUMNS.has(column) && value.includes(':') ? parseIp(value) : undefined;
  return address ? addressText(address) : value.toLowerCase();
}

export const MACHINE_ROW_RULES: readonly MachineRule[] = [
  { id: 'R1', column: 'ip_address', check: ({ cells }) => (parseIp(cells.ip_address) ? undefined : notAnAddress(cells.ip_address)) },
  { id: 'R2', column: 'gateway', check: ({ cells }) => (parseIp(cells.gateway) ? undefined : notAnAddress(cells.gateway)) },
  {
    id: 'R3',
    column: 'nameservers',
    check: ({ cells }) => (cells.nameservers.split('|').includes('') ? "has an empty entry; expected addresses joined by '|'" : undefined),
  },
  { id: 'S8', column: 'nameservers', check: nameserversAreAddresses },
  {
    id: 'R4',
    column: 'netmask',
    check: ({ cells }) => (cells.netmask === '' ? 'is empty; expected a netmask such as 255.255.255.0' : undefined),
  },
  {
    id: 'S8',
    column: 'netmask',
    // How the rows of IPv6 machines are written is not known here.
    check: ({ cells }, context) =>
      cells.netmask !== '' && netmaskLength(cells.netmask) === undefined && !(hasIpv6(context) && parseIp(cells.ip_address)?.version === 6)
        ? `is ${asWritten(cells.netmask)}; expected ${maskFor(cells.netmask) ?? 'a contiguous mask such as 255.255.255.0'}`
        : undefined,
  },
  {
    id: 'R5',
    column: 'mac',
    check: ({ cells }) => (isMac(cells.mac) ? undefined : `is ${asWritten(cells.mac)}; expected aa:bb:cc:dd:ee:ff`),
  },
  {
    id: 'S8',
    column: 'mac',
    check: ({ cells }) =>
      isMac(cells.mac) && !isEthernetMac(cells.mac)
        ? `is ${asWritten(cells.mac)}; the cluster takes six pairs joined by colons only`
        : undefined,
  },
  {
    id: 'R6',
    column: 'hostname',
    check: ({ cells }) => (isDnsSubdomain(cells.hostname) ? undefined : `is ${asWritten(cells.hostname)}; expected a lower-case DNS name`),
  },
  {
    id: 'R7',
    column: 'disk',
    check: ({ cells }) =>
      /^\/dev\/[\w-]+$/.test(cells.disk) ? undefined : `is ${asWritten(cells.disk)}; expected one device such as /dev/sda or /dev/nvme0n1`,
  },
  { id: 'partition', column: 'disk', check: wholeDisk },
  { id: 'R8', column: 'labels', check: labels },
  {
    id: 'R9',
    column: 'bmc_ip',
    check: ({ cells }) =>
      hasBmc(cells) && !parseIp(cells.bmc_ip) ? `${notAnAddress(cells.bmc_ip)} (another bmc column is filled)` : undefined,
  },
  {
    id: 'R10',
    column: 'bmc_username',
    check: ({ cells }) => (hasBmc(cells) && cells.bmc_username === '' ? 'is empty although bmc_ip is set' : undefined),
  },
  {
    id: 'R10',
    column: 'bmc_password',
    check: ({ cells }) => (hasBmc(cells) && cells.bmc_password === '' ? 'is empty although bmc_ip is set' : undefined),
  },
  { id: 'R11', column: 'vlan_id', check: vlan },
  { id: 'R12', column: 'ip_address', check: (machine, context) => taken(machine, context, 'ip_address') },
  { id: 'R13', column: 'mac', check: (machine, context) => taken(machine, context, 'mac') },
  { id: 'R14', column: 'hostname', check: (machine, context) => taken(machine, context, 'hostname') },
  { id: 'R15', column: 'bmc_ip', check: (machine, context) => taken(machine, context, 'bmc_ip') },
  { id: 'S8', column: 'gateway', check: gatewayInSubnet },
  { id: 'S8', column: 'ip_address', check: usableAddress },
  { id: 'S8', column: 'ip_address', check: addressFreeForNode },
  { id: 'S8', column: 'bmc_ip', check: bmcAddressOfItsOwn },
  { id: 'S8', column: 'bmc_ip', check: bmcEverywhereOrNowhere },
];

/** The mask that a prefix length such as `/24` stands for. */
function maskFor(text: string): string | undefined {
  const length = /^\/?(\d{1,2})$/.exec(text)?.[1];
  if (length === undefined || Number(length) < 1 || Number(length) > 32) return undefined;
  return addressText({ version: 4, value: (0xffffffffn << BigInt(32 - Number(length))) & 0xffffffffn });
}

function notAnAddress(text: string): string {
  return text === '' ? 'is empty; expected an IP address' : `is ${asWritten(text)}; expected an IP address`;
}

function hasBmc(cells: Machine['cells']): boolean {
  return BMC_COLUMNS.some((column) => cells[column] !== '');
}

function taken(machine: Machine, context: MachineContext, column: Column): string | undefined {
  const other = context.firstWith(column, machine.cells[column]);
  if (!other || other === machine) return undefined;
  if (column === 'hostname') return `is ${asWritten(machine.cells.hostname)}, the hostname of another machine as well`;
  return `is ${asWritten(machine.cells[column])}, which machine ${asWritten(other.cells.hostname)} has as well`;
}

function nameserversAreAddresses({ cells }: Machine): string | undefined {
  const wrong = cells.nameservers.split('|').find((server) => server !== '' && !parseIp(server));
  return wrong === undefined ? undefined : `has the entry ${asWritten(wrong)}; expected IP addresses joined by '|' without blanks`;
}

/** Disks whose name ends in a letter number their partitions directly; those that end in a digit put a `p` between. */
const PARTITION = /^(\/dev\/(?:(?:sd|hd|vd|xvd)[a-z]+|(?:nvme\d+n|mmcblk|md|nbd|loop|pmem)\d+(?=p)))p?\d+$/;
const NVME_CONTROLLER = /^\/dev\/nvme\d+$/;

/** The template of the tools asks the row for its disk; others may do so, too. */
function installsOnDisk({ documents, tinkerbellMachines }: Context): boolean {
  return tinkerbellMachines.some(({ spec }) => !spec?.templateRef?.name)
    || documents.some(({ kind, spec }) => kind === 'TinkerbellTemplateConfig' && JSON.stringify(spec ?? {}).includes('Hardware.Disks'));
}

/** The image brings its own partitions, and the template counts on their numbers. */
function wholeDisk({ cells: { disk } }: Machine, context: MachineContext): string | undefined {
  if (!context.installsOnDisk) return undefined;
  if (NVME_CONTROLLER.test(disk)) return `is ${asWritten(disk)}, a controller; expected its disk, such as ${disk}n1`;
  const whole = PARTITION.exec(disk)?.[1];
  return whole && `is ${asWritten(disk)}, a partition: the image of a whole disk cannot be installed there; expected the disk, ${whole}`;
}

function labels({ cells, labelPairs }: Machine): string | undefined {
  if (!labelPairs) return `is ${asWritten(cells.labels)}; expected pairs such as type=cp|rack=r1`;
  for (const { key, value } of labelPairs) {
    const problem = labelKeyProblem(key);
    if (problem) return `has the key ${asWritten(key)}, which ${problem}`;
    const valueProblem = labelValueProblem(value);
    if (valueProblem) return `has the value ${asWritten(value)}, which ${valueProblem}`;
    const first = labelPairs.find((pair) => pair.key === key)!;
    if (first.value !== value) return `has the key ${asWritten(key)} twice with different values`;
  }
  return undefined;
}

function vlan({ cells }: Machine): string | undefined {
  if (cells.vlan_id === '') return undefined;
  const id = Number(cells.vlan_id);
  return /^[+-]?\d+$/.test(cells.vlan_id) && id >= 1 && id <= 4094
    ? undefined
    : `is ${asWritten(cells.vlan_id)}; expected a number from 1 to 4094`;
}

function gatewayInSubnet(machine: Machine): string | undefined {
  const subnet = subnetOf(machine);
  const gateway = parseIp(machine.cells.gateway);
  if (!subnet || !gateway) return undefined;
  if (gateway.value === subnet.address.value) return `is ${asWritten(machine.cells.gateway)}, the machine's own address`;
  return contains(subnet.cidr, gateway)
    ? undefined
    : `is ${asWritten(machine.cells.gateway)}, outside the machine's network (${machine.cells.ip_address} with ${machine.cells.netmask})`;
}

function usableAddress(machine: Machine): string | undefined {
  const subnet = subnetOf(machine);
  // Networks of one or two addresses (/31, /32) have neither network nor broadcast address.
  if (!subnet || subnet.cidr.prefixLength > 30) return undefined;
  const { address, cidr } = subnet;
  if (address.value === cidr.network.value) return `is ${asWritten(machine.cells.ip_address)}, the address of the network itself`;
  return address.value === lastAddress(cidr)
    ? `is ${asWritten(machine.cells.ip_address)}, the broadcast address of the network`
    : undefined;
}

function addressFreeForNode({ cells }: Machine, { cluster, tinkerbellDatacenter }: MachineContext): string | undefined {
  const reserved = {
    'the control plane\'s endpoint': cluster.spec?.controlPlaneConfiguration?.endpoint?.host,
    'tinkerbellIP': tinkerbellDatacenter?.spec?.tinkerbellIP,
  };
  for (const [owner, address] of Object.entries(reserved)) {
    if (address && sameIp(address, cells.ip_address)) return `is ${asWritten(cells.ip_address)}, which is ${owner} as well`;
  }
  return undefined;
}

function bmcAddressOfItsOwn({ cells }: Machine, context: MachineContext): string | undefined {
  const other = context.firstWith('ip_address', cells.bmc_ip);
  return other && `is ${asWritten(cells.bmc_ip)}, the ip_address of machine ${asWritten(other.cells.hostname)}`;
}

function bmcEverywhereOrNowhere({ cells }: Machine, { firstWithBmc: other }: MachineContext): string | undefined {
  return other && !hasBmc(cells)
    ? `is empty, while machine ${asWritten(other.cells.hostname)} has one: machines must all be powered on by their BMC, or all by hand`
    : undefined;
}
