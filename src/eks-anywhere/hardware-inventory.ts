import { existsSync, readFileSync } from 'node:fs';
import type { Hardware, MachineCells } from '../eksa/hardware/hardware-csv';
import { formatHardware, machineFromCells, parseHardware } from '../eksa/hardware/hardware-csv';
import { parsePlaceholder } from '../eksa/hardware/placeholder';
import { atPlace, shown } from '../private/input/place';
import type { BmcCredentials } from './bmc-credentials';
import { refuseTokens } from './token-refusal';

/** The management controller (BMC) of a machine, which powers it on. Can be changed later, for installations after the change. */
export interface BmcConnection {
  /** IP address of the BMC. */
  readonly address: string;

  /** Source of its user name and password. */
  readonly credentials: BmcCredentials;
}

/**
 * A bare-metal machine: one row of `hardware.csv`. Can be changed later; a running machine keeps its configuration until
 * it is installed again.
 */
export interface HardwareMachine {
  /** Host name: a lower-case DNS name, unique. */
  readonly hostname: string;

  /** MAC address of the network interface that the machine boots from: `aa:bb:cc:dd:ee:ff`. */
  readonly mac: string;

  /** IPv4 address of the machine, unique. */
  readonly ipAddress: string;

  /** Netmask of that address, such as `255.255.255.0`. */
  readonly netmask: string;

  /** IPv4 address of the gateway, in the same network. */
  readonly gateway: string;

  /** IP addresses of name servers, at least one. */
  readonly nameservers: string[];

  /** Labels by which node groups select machines, such as `{ type: 'cp' }`. */
  readonly labels: { [key: string]: string };

  /** Device that the operating system is written to, such as `/dev/sda` or `/dev/nvme0n1`. */
  readonly disk: string;

  /**
   * The machine's BMC. Either all machines of an inventory have one or none has.
   * @default - none: an operator powers the machine on by hand
   */
  readonly bmc?: BmcConnection;

  /**
   * VLAN id of the interface, 1 to 4094.
   * @default - untagged
   */
  readonly vlanId?: number;
}

/** Options for reading a file. */
export interface HardwareCsvOptions {
  /**
   * Source of the BMC credentials of every machine with a BMC; replaces those in the file.
   * @default - the file contains placeholders such as `${env:BMC_PASSWORD}`
   */
  readonly bmcCredentials?: BmcCredentials;
}

/**
 * The machines of a bare-metal cluster.
 *
 * BMC passwords never reach synthesized files: a file that contains one as plain text is rejected.
 *
 * @example
 * const hardware = new HardwareInventory([{
 *   hostname: 'node-01',
 *   mac: '00:00:5e:00:53:01',
 *   ipAddress: '10.20.0.21',
 *   netmask: '255.255.255.0',
 *   gateway: '10.20.0.1',
 *   nameservers: ['10.20.0.2'],
 *   labels: { type: 'cp' },
 *   disk: '/dev/sda',
 *   bmc: { address: '10.21.0.21', credentials: BmcCredentials.fromSecretsManager('factory/bmc') },
 * }]);
 */
export class HardwareInventory {
  /**
   * Reads a `hardware.csv`: a header with the columns `hostname`, `mac`, `ip_address`, `netmask`, `gateway`,
   * `nameservers`, `labels` and `disk`, optionally `bmc_ip`, `bmc_username`, `bmc_password` and `vlan_id`, and one row a
   * machine. Several nameservers or labels are separated by `|`. docs/eks-anywhere-files.md describes each column.
   *
   * @param path of the file, absolute or relative to the working directory
   * @throws Error when the file is missing, is not valid CSV, lacks columns or contains a BMC password
   *
   * @example
   * const hardware = HardwareInventory.fromCsv('hardware/factory.csv');
   */
  public static fromCsv(path: string, options: HardwareCsvOptions = {}): HardwareInventory {
    return atPlace('HardwareInventory.fromCsv', () => {
      if (!existsSync(path)) {
        throw new Error(`path: got ${shown(path)}, which does not exist, expected a file (working directory: ${process.cwd()})`);
      }
      const { machines, fileProblem } = parseHardware(readFileSync(path, 'utf8'));
      if (fileProblem) throw new Error(`path: got ${shown(path)}, line ${fileProblem.line}: ${fileProblem.message}`);
      const inventory = new HardwareInventory();
      for (const machine of machines) inventory.cells.push(withCredentials(machine.cells, options.bmcCredentials));
      refusePasswords(inventory.cells, machines.map((machine) => machine.line), path);
      return inventory;
    });
  }

  private readonly cells: MachineCells[] = [];

  /**
   * @param machines more can be added with `add`
   */
  constructor(machines: HardwareMachine[] = []) {
    for (const machine of machines) this.add(machine);
  }

  /** Number of machines. */
  public get count(): number {
    return this.cells.length;
  }

  /**
   * Adds a machine.
   *
   * @throws Error when a value is known only after deployment
   */
  public add(machine: HardwareMachine): void {
    atPlace(`HardwareInventory: machine ${shown(machine.hostname)}`, () => refuseTokens(machine));
    this.cells.push(cellsOf(machine));
  }

  /**
   * The machines in the form that the rules check.
   * @internal
   */
  public _toHardware(): Hardware {
    return { machines: this.cells.map((cells) => machineFromCells(cells)) };
  }

  /**
   * The text of hardware.csv, with placeholders for secrets.
   * @internal
   */
  public _toCsv(): string {
    return formatHardware(this.cells);
  }
}

function cellsOf(machine: HardwareMachine): MachineCells {
  return {
    hostname: machine.hostname,
    mac: machine.mac,
    ip_address: machine.ipAddress,
    netmask: machine.netmask,
    gateway: machine.gateway,
    nameservers: machine.nameservers.join('|'),
    labels: Object.entries(machine.labels).map(([key, value]) => `${key}=${value}`).join('|'),
    disk: machine.disk,
    bmc_ip: machine.bmc?.address ?? '',
    bmc_username: machine.bmc?.credentials._username ?? '',
    bmc_password: machine.bmc?.credentials._password ?? '',
    vlan_id: machine.vlanId === undefined ? '' : String(machine.vlanId),
  };
}

function withCredentials(cells: MachineCells, credentials: BmcCredentials | undefined): MachineCells {
  if (!credentials || (cells.bmc_ip === '' && cells.bmc_username === '' && cells.bmc_password === '')) return cells;
  return { ...cells, bmc_username: credentials._username, bmc_password: credentials._password };
}

/** The message contains the numbers of the rows, never their content. */
function refusePasswords(cells: readonly MachineCells[], lines: readonly (number | undefined)[], path: string): void {
  const plain = lines.filter((_line, index) => cells[index].bmc_password !== '' && !parsePlaceholder(cells[index].bmc_password));
  if (plain.length === 0) return;
  throw new Error(
    `path: got ${shown(path)} with BMC passwords as plain text (line${plain.length > 1 ? 's' : ''} ${plain.join(', ')}), `
      + 'expected placeholders, because synthesized files must not contain secrets: write ${env:NAME} or '
      + '${secretsmanager:name#password} instead, or pass bmcCredentials',
  );
}
