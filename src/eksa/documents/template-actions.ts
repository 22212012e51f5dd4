/**
 * Actions of a TinkerbellTemplateConfig: the steps that install a machine, by images that every machine has when it boots for its
 * installation. What actions need, and their defaults, are those of the templates that EKS Anywhere makes itself.
 */
import { OsFamily } from '../model/os-family';
import { isAtLeast, releaseFor } from '../releases/release-table';

/** One entry of `tasks[].actions`. */
export interface Action {
  readonly 'name': string;
  readonly 'image': string;
  readonly 'timeout': number;
  readonly 'command'?: readonly string[];
  readonly 'environment'?: Readonly<Record<string, string>>;
  readonly 'volumes'?: readonly string[];
  readonly 'pid'?: string;
  readonly 'on-timeout'?: readonly string[];
  readonly 'on-failure'?: readonly string[];
}

/** What actions take from the group that they install. */
export interface ActionContext {
  readonly clusterName: string;
  readonly osFamily: string;
  /** Of the disk image. */
  readonly imageUrl?: string;
  readonly tinkerbellIp: string;
  /** The newest known release when undefined. */
  readonly eksAnywhereVersion?: string;
}

/** What every action can say. */
interface Common {
  readonly name?: string;
  readonly timeoutSeconds?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A partition of a disk, mounted for the action. */
export interface PartitionInput {
  /** The machine's first when undefined. */
  readonly disk?: string;
  /** That of the operating system when undefined. */
  readonly partition?: number;
  readonly filesystem?: string;
}

export interface StreamImageInput extends Common {
  readonly imageUrl?: string;
  readonly disk?: string;
  readonly compressed?: boolean;
  readonly retryMinutes?: number;
}

export interface WriteFileInput extends Common, PartitionInput {
  readonly path: string;
  readonly contents: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: string;
  readonly directoryMode?: string;
  readonly hostPid?: boolean;
}

export interface RunCommandInput extends Common, PartitionInput {
  readonly command: string;
  readonly interpreter?: string;
  readonly chroot?: boolean;
  readonly updateResolvConf?: boolean;
}

export interface KexecInput extends Common, PartitionInput {
  readonly kernelPath?: string;
  readonly initrdPath?: string;
  readonly commandLine?: string;
}

const IMAGES = '127.0.0.1/embedded';

export const ACTION_IMAGES = {
  streamImage: `${IMAGES}/image2disk`,
  writeFile: `${IMAGES}/writefile`,
  runCommand: `${IMAGES}/cexec`,
  kexec: `${IMAGES}/kexec`,
  reboot: `${IMAGES}/reboot`,
} as const;

/** Time for an image of several gigabytes; the other actions take seconds. */
const STREAM_TIMEOUT_SECONDS = 600;
const TIMEOUT_SECONDS = 90;

const FIRST_DISK = '{{ index .Hardware.Disks 0 }}';

/** The partition with the root file system, or with the settings of Bottlerocket, in the images that EKS Anywhere builds. */
const PARTITIONS: Readonly<Record<string, number>> = { [OsFamily.UBUNTU]: 2, [OsFamily.RED_HAT]: 1, [OsFamily.BOTTLEROCKET]: 12 };

/** @throws Error when neither the action nor its group names an image */
export function streamImage(input: StreamImageInput, context: ActionContext): Action {
  const name = input.name ?? 'stream image to disk';
  const imageUrl = input.imageUrl ?? context.imageUrl;
  if (imageUrl === undefined) {
    throw new Error(`action "${name}": got no imageUrl, expected one here, on the group, or on its operating system`);
  }
  return action(ACTION_IMAGES.streamImage, { timeoutSeconds: STREAM_TIMEOUT_SECONDS, ...input, name }, {
    DEST_DISK: input.disk ?? FIRST_DISK,
    IMG_URL: imageUrl,
    COMPRESSED: String(input.compressed ?? true),
    RETRY_ENABLED: input.retryMinutes === undefined ? undefined : 'true',
    RETRY_DURATION_MINUTES: input.retryMinutes?.toString(),
  });
}

export function writeFile(input: WriteFileInput, context: ActionContext): Action {
  const written = action(ACTION_IMAGES.writeFile, { name: `write ${input.path}`, ...input }, {
    DEST_DISK: partitionPath(input, context),
    FS_TYPE: input.filesystem ?? 'ext4',
    DEST_PATH: input.path,
    CONTENTS: input.contents,
    UID: String(input.uid ?? 0),
    GID: String(input.gid ?? 0),
    MODE: input.mode ?? '0644',
    DIRMODE: input.directoryMode ?? '0755',
  });
  return input.hostPid ?? true ? { ...written, pid: 'host' } : written;
}

/** Runs inside the file system of the partition, unless it shall not. */
export function runCommand(input: RunCommandInput, context: ActionContext): Action {
  return action(ACTION_IMAGES.runCommand, { name: 'run command', ...input }, {
    BLOCK_DEVICE: partitionPath(input, context),
    FS_TYPE: input.filesystem ?? 'ext4',
    CHROOT: input.chroot ?? true ? 'y' : undefined,
    DEFAULT_INTERPRETER: input.interpreter ?? '/bin/sh -c',
    CMD_LINE: input.command,
    UPDATE_RESOLV_CONF: input.updateResolvConf ? 'true' : undefined,
  });
}

export function kexec(input: KexecInput, context: ActionContext): Action {
  const written = action(ACTION_IMAGES.kexec, { name: 'kexec', ...input }, {
    BLOCK_DEVICE: partitionPath(input, context),
    FS_TYPE: input.filesystem ?? 'ext4',
    KERNEL_PATH: input.kernelPath,
    INITRD_PATH: input.initrdPath,
    CMD_LINE: input.commandLine,
  });
  return { ...written, pid: 'host' };
}

export function reboot(input: Common): Action {
  return { ...action(ACTION_IMAGES.reboot, { name: 'reboot', ...input }, {}), pid: 'host', volumes: ['/worker:/worker'] };
}

/** Variables that are undefined are left out; those of the caller win. */
function action(
  image: string,
  { name, timeoutSeconds = TIMEOUT_SECONDS, environment: further }: Common & { readonly name: string },
  own: Readonly<Record<string, string | undefined>>,
): Action {
  const environment = Object.fromEntries(
    Object.entries({ ...own, ...further }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return { name, image, timeout: timeoutSeconds, ...Object.keys(environment).length > 0 ? { environment } : {} };
}

/** Disks whose names end with a digit have a `p` before the number of a partition; Tinkerbell knows that of those in the inventory. */
function partitionPath({ disk = FIRST_DISK, partition }: PartitionInput, { osFamily }: ActionContext): string {
  const number = partition ?? PARTITIONS[osFamily];
  const template = /^\{\{\s*(.*?)\s*\}\}$/.exec(disk);
  if (template) return `{{ formatPartition ( ${template[1]} ) ${number} }}`;
  return `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`;
}

/** The disk and the partition of a path; undefined for one that `partitionPath` never writes. */
export function parsePartitionPath(path: string, context: ActionContext): PartitionInput | undefined {
  const [, template, device, letters, number] =
    /^(?:\{\{ formatPartition \( (.+) \) |(\/\S+\d)p|(\/\S*[^\d\s]))(\d+)(?: \}\})?$/.exec(path) ?? [];
  if (number === undefined) return undefined;
  const disk = template === undefined ? device ?? letters : `{{ ${template} }}`;
  const partition = Number(number);
  const found = {
    disk: disk === FIRST_DISK ? undefined : disk,
    partition: partition === PARTITIONS[context.osFamily] ? undefined : partition,
  };
  return partitionPath(found, context) === path ? found : undefined;
}

/** The action needs an absolute path that ends with the name of a file. */
export function isFilePath(path: string | undefined): path is string {
  return path !== undefined && path.startsWith('/') && !path.endsWith('/');
}

/** The kernel and its RAM disk are found in the configuration of GRUB, or both are given. */
export function isBootPair({ kernelPath, initrdPath }: Pick<KexecInput, 'kernelPath' | 'initrdPath'>): boolean {
  return (kernelPath === undefined) === (initrdPath === undefined);
}

/** Tinkerbell names the steps of a workflow by these. */
export function repeatedName(actions: readonly Action[]): string | undefined {
  const names = actions.map(({ name }) => name);
  return names.find((name, index) => names.indexOf(name) < index);
}

/** The release whose Tinkerbell is one program (aws/eks-anywhere#10518, #10550): another port, another name of a function in templates. */
export const ONE_TINKERBELL = 'v0.25.0';

export function hasOneTinkerbell({ eksAnywhereVersion }: ActionContext): boolean {
  return isAtLeast(releaseFor(eksAnywhereVersion), ONE_TINKERBELL);
}

/** Where machines get their name, keys and addresses from while cloud-init runs: the services that install them. */
export function metadataUrls(context: ActionContext, adminMachine: string | undefined): readonly string[] {
  const port = hasOneTinkerbell(context) ? 7172 : 50061;
  return [...adminMachine === undefined ? [] : [adminMachine], context.tinkerbellIp].map(
    (host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
  );
}

/** Settings of cloud-init that make it ask only these. */
export function cloudInitContents(urls: readonly string[]): string {
  const list = urls.map((url) => `'${url}'`).join(', ');
  return [
    `datasource: { Ec2: { metadata_urls: [${list}], strict_id: false } }`,
    'manage_etc_hosts: localhost',
    'warnings: { dsid_missing_source: off }',
    '',
  ].join('\n');
}

const NIC = '(index .Hardware.Interfaces 0).DHCP';
const ADDRESS = `{{ ${NIC}.IP.Address }}/{{ netmaskToPrefixLength ${NIC}.IP.Netmask }}`;

/** Lists of Tinkerbell's template language, joined. */
function nameServers(separator: string): string {
  return `{{ range $at, $server := ${NIC}.NameServers }}{{ if $at }}${separator}{{ end }}{{ $server }}{{ end }}`;
}

/** The address that hardware.csv gives the machine, with its VLAN where it has one; for Ubuntu. */
const NETPLAN_CONTENTS = `network:
  version: 2
  ethernets:
    node:
      match: { macaddress: '{{ ${NIC}.MAC }}' }
      set-name: node
{{- if ${NIC}.VLANID }}
  vlans:
    node.{{ ${NIC}.VLANID }}:
      id: {{ ${NIC}.VLANID }}
      link: node
{{- end }}
      addresses: ['${ADDRESS}']
      nameservers: { addresses: [${nameServers(', ')}] }
{{- if ${NIC}.IP.Gateway }}
      routes: [{ to: default, via: {{ ${NIC}.IP.Gateway }} }]
{{- end }}
`;

/** The same for NetworkManager, on Red Hat. */
const NETWORK_MANAGER_CONTENTS = `[connection]
id=node
type={{ if ${NIC}.VLANID }}vlan{{ else }}ethernet{{ end }}
autoconnect=yes
autoconnect-priority=10

[ethernet]
mac-address={{ ${NIC}.MAC }}
{{- if ${NIC}.VLANID }}

[vlan]
flags=1
id={{ ${NIC}.VLANID }}
{{- end }}

[ipv4]
method=manual
address1={{ ${NIC}.IP.Address }}/{{ netmaskToPrefixLength ${NIC}.IP.Netmask }}
gateway={{ ${NIC}.IP.Gateway }}
dns=${nameServers(';')};

[ipv6]
method=ignore
`;

/** Files of cloud-init: for root only, and written without the machine's process ids, as EKS Anywhere does. */
const CLOUD_INIT_FILE = { mode: '0600', directoryMode: '0700', hostPid: false } as const;

/** Settings of cloud-init, whose contents depend on the site. */
export const CLOUD_INIT_SETTINGS = {
  ...CLOUD_INIT_FILE,
  name: 'add cloud-init config',
  path: '/etc/cloud/cloud.cfg.d/10_tinkerbell.cfg',
} as const;

/** Files that a method of its own writes, by its name. */
export const KNOWN_FILES = {
  writeNetplan: {
    name: 'write netplan config',
    path: '/etc/netplan/config.yaml',
    contents: NETPLAN_CONTENTS,
    mode: '0644',
    directoryMode: '0755',
  },
  writeNetworkManager: {
    name: 'write network manager config',
    path: '/etc/NetworkManager/system-connections/static-connection.nmconnection',
    contents: NETWORK_MANAGER_CONTENTS,
    mode: '0600',
    directoryMode: '0755',
  },
  disableCloudInitNetwork: {
    ...CLOUD_INIT_FILE,
    name: 'disable cloud-init network capabilities',
    path: '/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg',
    contents: 'network: {config: disabled}',
  },
  cloudInitDatasource: {
    ...CLOUD_INIT_FILE,
    name: 'add cloud-init ds config',
    path: '/etc/cloud/ds-identify.cfg',
    contents: 'datasource: Ec2\n',
  },
} as const satisfies Readonly<Record<string, WriteFileInput>>;
