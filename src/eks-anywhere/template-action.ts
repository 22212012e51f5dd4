import type { Duration } from 'aws-cdk-lib';
import {
  CLOUD_INIT_SETTINGS,
  KNOWN_FILES,
  ONE_TINKERBELL,
  cloudInitContents,
  hasOneTinkerbell,
  isBootPair,
  isFilePath,
  kexec,
  metadataUrls,
  reboot,
  runCommand,
  streamImage,
  writeFile,
} from '../eksa/documents/template-actions';
import type { Action, ActionContext } from '../eksa/documents/template-actions';
import { isUrlWithPassword } from '../eksa/syntax/url';
import { requireWhole } from '../private/input/numbers';
import { atPlace, shown } from '../private/input/place';

/** Name, time limit and variables of an action. A change replaces the nodes. */
export interface TemplateActionOptions {
  /**
   * Name of the action, unique in its template, of fewer than 200 characters.
   * @default - what the action does
   */
  readonly name?: string;

  /**
   * Time after which the installation of the machine fails, in whole seconds.
   * @default - Duration.seconds(90); for `TemplateAction.streamImage` Duration.minutes(10)
   */
  readonly timeout?: Duration;

  /**
   * Further environment variables of the action, such as `HTTPS_PROXY` for the download behind a proxy. No secrets: they are in
   * `cluster.yaml`.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
}

/** The partition that an action mounts. A change replaces the nodes. */
export interface TemplatePartitionOptions extends TemplateActionOptions {
  /**
   * Disk with the partition: a device such as `/dev/nvme0n1`, or an expression of Tinkerbell such as `{{ index .Hardware.Disks 1 }}`.
   * @default - the disk of the machine in the hardware inventory
   */
  readonly disk?: string;

  /**
   * Number of the partition; `/dev/sda` and 2 are `/dev/sda2`, `/dev/nvme0n1` and 2 are `/dev/nvme0n1p2`.
   * @default - 2 on Ubuntu, 1 on Red Hat Enterprise Linux: the root file system of the images that EKS Anywhere builds
   */
  readonly partition?: number;

  /**
   * File system of the partition.
   * @default 'ext4'
   */
  readonly filesystem?: string;
}

/** Options of the action that writes the image of the operating system to the disk. A change replaces the nodes. */
export interface StreamImageOptions extends TemplateActionOptions {
  /**
   * URL of the disk image, reachable from the machine, without password.
   * @default - `imageUrl` of the group, else that of its operating system
   */
  readonly imageUrl?: string;

  /**
   * Disk that gets the image: a device such as `/dev/nvme0n1`, or an expression of Tinkerbell.
   * @default - the disk of the machine in the hardware inventory
   */
  readonly disk?: string;

  /**
   * Whether the image is compressed. The end of the URL says how: `.gz`, `.bz2`, `.xz` or `.zs`.
   * @default true
   */
  readonly compressed?: boolean;

  /**
   * How long a download that fails is repeated, in whole minutes; `timeout` ends it in any case.
   * @default - not repeated
   */
  readonly retryFor?: Duration;
}

/** Options of the action that writes a file to a partition. A change replaces the nodes. */
export interface WriteFileOptions extends TemplatePartitionOptions {
  /** Absolute path of the file on the partition, with its name. */
  readonly path: string;

  /**
   * Content of the file. Tinkerbell fills in its expressions, such as `{{ (index .Hardware.Interfaces 0).DHCP.MAC }}`. No secrets: it is in
   * `cluster.yaml`.
   */
  readonly contents: string;

  /**
   * User id of the owner.
   * @default 0
   */
  readonly uid?: number;

  /**
   * Group id of the owner.
   * @default 0
   */
  readonly gid?: number;

  /**
   * Permissions of the file, octal.
   * @default '0644'
   */
  readonly mode?: string;

  /**
   * Permissions of folders that are made for it, octal.
   * @default '0755'
   */
  readonly directoryMode?: string;

  /**
   * Whether the action shares the process ids of the machine, as the image of this action asks for.
   * @default true
   */
  readonly hostPid?: boolean;
}

/** Options of the actions that configure the network of the installed operating system. A change replaces the nodes. */
export interface WriteNetworkOptions extends TemplatePartitionOptions {
  /**
   * The whole configuration, for bonds or several interfaces.
   * @default - the address, gateway, name servers and VLAN of the machine in the hardware inventory, on its interface
   */
  readonly contents?: string;
}

/**
 * Options of the action that tells cloud-init where a machine learns its name, users and how it joins the cluster. A change replaces the
 * nodes.
 */
export interface CloudInitOptions extends TemplatePartitionOptions {
  /**
   * Address of the machine that runs `eksctl anywhere`, which answers until the cluster itself does. A cluster that installs its own
   * management plane needs it.
   * @default - none: a workload cluster
   */
  readonly adminMachine?: string;

  /**
   * URLs of the metadata service, instead of those made of `adminMachine` and `tinkerbellIp`.
   * @default - port 7172 of `adminMachine` and of `tinkerbellIp`; port 50061 before EKS Anywhere v0.25.0
   */
  readonly metadataUrls?: string[];
}

/** Options of the action that runs a command inside the installed operating system. A change replaces the nodes. */
export interface RunCommandOptions extends TemplatePartitionOptions {
  /** Command line, such as `apt-get -y install open-iscsi`. No secrets: it is in `cluster.yaml`. */
  readonly command: string;

  /**
   * Interpreter that gets the command line.
   * @default '/bin/sh -c'
   */
  readonly interpreter?: string;

  /**
   * Whether the partition is the root of the command's file system.
   * @default true
   */
  readonly chroot?: boolean;

  /**
   * Whether the command asks the name servers of the installation; those of the installed system seldom answer before it runs, so that
   * what downloads something needs it. Only with `chroot`.
   * @default false
   */
  readonly updateResolvConf?: boolean;
}

/** Options of the action that starts the kernel of the installed operating system. A change replaces the nodes. */
export interface KexecOptions extends TemplatePartitionOptions {
  /**
   * Path of the kernel; needs `initrdPath`.
   * @default - from the configuration of GRUB
   */
  readonly kernelPath?: string;

  /**
   * Path of the initial RAM disk; needs `kernelPath`.
   * @default - from the configuration of GRUB
   */
  readonly initrdPath?: string;

  /**
   * Command line of the kernel.
   * @default - from the configuration of GRUB; empty with `kernelPath`
   */
  readonly commandLine?: string;
}

/** An action of an image of your own. A change replaces the nodes. */
export interface CustomActionOptions extends TemplateActionOptions {
  /** Container image, reachable from the machine while it is installed. */
  readonly image: string;

  /**
   * Command of the container.
   * @default - that of the image
   */
  readonly command?: string[];

  /**
   * Folders of the machine that the container sees, such as `/worker:/worker`, beside those of the template.
   * @default - none
   */
  readonly volumes?: string[];

  /**
   * Process ids that the container sees: `host` for those of the machine.
   * @default - its own
   */
  readonly pid?: string;

  /**
   * Command that runs when the action takes too long.
   * @default - none
   */
  readonly onTimeout?: string[];

  /**
   * Command that runs when the action fails.
   * @default - none
   */
  readonly onFailure?: string[];
}

type Render = (context: ActionContext) => Action;

/**
 * A step of the installation of a machine. All but `TemplateAction.of` use images that machines have when they boot for their installation.
 */
export class TemplateAction {
  /**
   * Writes the image of the operating system to the disk: the first step.
   *
   * @throws Error that names the invalid option
   */
  public static streamImage(options: StreamImageOptions = {}): TemplateAction {
    const { retryFor, ...rest } = options;
    return this.made('streamImage', options, () => {
      const retryMinutes = retryFor?.toMinutes({ integral: false });
      if (retryMinutes !== undefined) requireWhole('retryFor', retryMinutes, { min: 1, unit: 'minutes' });
      requirePartition(options);
      requireNoPassword('imageUrl', options.imageUrl);
      const given = { ...rest, ...common(options), retryMinutes };
      return (context) => streamImage(given, context);
    });
  }

  /**
   * Writes a file.
   *
   * @throws Error that names the invalid option
   */
  public static writeFile(options: WriteFileOptions): TemplateAction {
    return this.made('writeFile', options, () => {
      requireFile(options);
      const given = { ...options, ...common(options) };
      return (context) => writeFile(given, context);
    });
  }

  /**
   * Configures the network of Ubuntu by netplan. The default contents need EKS Anywhere v0.25.0 or newer.
   *
   * @throws Error that names the invalid option
   */
  public static writeNetplan(options: WriteNetworkOptions = {}): TemplateAction {
    return this.file('writeNetplan', options);
  }

  /**
   * Configures the network of Red Hat Enterprise Linux by NetworkManager. The default contents need EKS Anywhere v0.25.0 or newer.
   *
   * @throws Error that names the invalid option
   */
  public static writeNetworkManager(options: WriteNetworkOptions = {}): TemplateAction {
    return this.file('writeNetworkManager', options);
  }

  /**
   * Keeps cloud-init from configuring the network, which another step does.
   *
   * @throws Error that names the invalid option
   */
  public static disableCloudInitNetwork(options: TemplatePartitionOptions = {}): TemplateAction {
    return this.file('disableCloudInitNetwork', options);
  }

  /**
   * Tells cloud-init where the machine learns its name, its users and how it joins the cluster.
   *
   * @throws Error that names the invalid option
   */
  public static cloudInit(options: CloudInitOptions = {}): TemplateAction {
    const { adminMachine, metadataUrls: urls, ...rest } = options;
    return this.made('cloudInit', options, () => {
      requirePartition(options);
      const given = { ...CLOUD_INIT_SETTINGS, ...rest, ...common(options) };
      return (context) => writeFile({ ...given, contents: cloudInitContents(urls ?? metadataUrls(context, adminMachine)) }, context);
    });
  }

  /**
   * Tells cloud-init which kind of metadata service that is.
   *
   * @throws Error that names the invalid option
   */
  public static cloudInitDatasource(options: TemplatePartitionOptions = {}): TemplateAction {
    return this.file('cloudInitDatasource', options);
  }

  /**
   * Runs a command inside the installed operating system.
   *
   * @throws Error that names the invalid option
   */
  public static runCommand(options: RunCommandOptions): TemplateAction {
    return this.made('runCommand', options, () => {
      requirePartition(options);
      requireText('command', options.command);
      const given = { ...options, ...common(options) };
      return (context) => runCommand(given, context);
    });
  }

  /**
   * Starts the kernel of the installed operating system without a reboot; some hardware needs `TemplateAction.reboot`.
   *
   * @throws Error that names the invalid option
   */
  public static kexec(options: KexecOptions = {}): TemplateAction {
    return this.made('kexec', options, () => {
      requirePartition(options);
      requireBootPair(options);
      const given = { ...options, ...common(options) };
      return (context) => kexec(given, context);
    });
  }

  /**
   * Reboots into the installed operating system: the last step.
   *
   * @throws Error that names the invalid option
   */
  public static reboot(options: TemplateActionOptions = {}): TemplateAction {
    return this.made('reboot', options, () => {
      const given = { ...options, ...common(options) };
      return () => reboot(given);
    });
  }

  /**
   * Any other action.
   *
   * @throws Error that names the invalid option
   */
  public static of(options: CustomActionOptions): TemplateAction {
    return this.made('of', options, () => {
      requireText('image', options.image);
      const { name = options.image, timeoutSeconds = 90 } = common(options);
      const { image, command, environment, volumes, pid, onTimeout, onFailure } = options;
      return () => ({
        name, image, 'timeout': timeoutSeconds, command, environment, volumes, pid, 'on-timeout': onTimeout, 'on-failure': onFailure,
      });
    });
  }

  private static made(method: string, options: TemplateActionOptions, make: () => Render): TemplateAction {
    return atPlace(`TemplateAction.${method}`, () => {
      requireName(options.name);
      for (const [name, value] of Object.entries(options.environment ?? {})) requireNoPassword(`environment.${name}`, value);
      return new TemplateAction(make());
    });
  }

  /** A file whose place and content are known; options can set the rest. */
  private static file(method: keyof typeof KNOWN_FILES, { contents, ...options }: WriteNetworkOptions): TemplateAction {
    return this.made(method, options, () => {
      requirePartition(options);
      const known = KNOWN_FILES[method];
      const given = { ...options, ...known, ...common(options), contents: contents ?? known.contents };
      return (context) => {
        if (contents === undefined) requireFunctions(given.contents, given.name, context);
        return writeFile(given, context);
      };
    });
  }

  private constructor(
    /**
     * The entry of the document for a group.
     * @internal
     */
    public readonly _render: Render,
  ) {}
}

/** @throws Error when a content needs what the Tinkerbell of the release has not */
function requireFunctions(contents: string, name: string, context: ActionContext): void {
  if (!contents.includes('netmaskToPrefixLength') || hasOneTinkerbell(context)) return;
  throw new Error(
    `action ${shown(name)}: contents: got none with EKS Anywhere ${context.eksAnywhereVersion}, expected a configuration, because the `
      + `default one needs ${ONE_TINKERBELL} or newer`,
  );
}

/** @throws Error unless the timeout is in whole seconds */
function common({ name, timeout }: TemplateActionOptions): { readonly name?: string; readonly timeoutSeconds?: number } {
  const seconds = timeout?.toSeconds({ integral: false });
  if (seconds !== undefined) requireWhole('timeout', seconds, { min: 1, unit: 'seconds' });
  return { ...name === undefined ? {} : { name }, ...seconds === undefined ? {} : { timeoutSeconds: seconds } };
}

function requireFile(options: WriteFileOptions): void {
  requirePartition(options);
  if (!isFilePath(options.path)) throw new Error(`path: got ${shown(options.path)}, expected an absolute path such as /etc/motd`);
  for (const prop of ['mode', 'directoryMode'] as const) {
    const mode = options[prop];
    if (mode === undefined || /^[0-7]{3,4}$/.test(mode)) continue;
    throw new Error(`${prop}: got ${shown(mode)}, expected octal digits such as 0644`);
  }
  for (const prop of ['uid', 'gid'] as const) if (options[prop] !== undefined) requireWhole(prop, options[prop], { min: 0 });
}

function requirePartition({ disk, partition }: TemplatePartitionOptions): void {
  if (partition !== undefined) requireWhole('partition', partition, { min: 1 });
  if (disk !== undefined && !/^(\/dev\/\S+|\{\{.*\}\})$/.test(disk)) {
    throw new Error(`disk: got ${shown(disk)}, expected a device such as /dev/sda, or an expression such as {{ index .Hardware.Disks 1 }}`);
  }
}

/** Without the other one, the action ignores the RAM disk, or fails for want of it. */
function requireBootPair(options: KexecOptions): void {
  if (isBootPair(options)) return;
  const [got, expected] = options.kernelPath === undefined ? ['initrdPath', 'kernelPath'] : ['kernelPath', 'initrdPath'];
  throw new Error(`${got}: got ${shown(options[got as 'kernelPath'])} without ${expected}, expected both, or neither to use those of GRUB`);
}

/** The longest name that Tinkerbell accepts. */
const MAX_NAME_LENGTH = 199;

function requireName(name: string | undefined): void {
  if (name === undefined) return;
  requireText('name', name);
  if (name.length > MAX_NAME_LENGTH) throw new Error(`name: got ${name.length} characters, expected at most ${MAX_NAME_LENGTH}`);
}

/** The files are in cdk.out, which is kept and uploaded. The message does not repeat the value. */
function requireNoPassword(prop: string, url: string | undefined): void {
  if (!isUrlWithPassword(url)) return;
  throw new Error(`${prop}: got a password, which would be written to cdk.out, expected a URL without login`);
}

function requireText(prop: string, text: string): void {
  if (typeof text !== 'string' || text.trim() === '') throw new Error(`${prop}: got ${shown(text)}, expected a text`);
}
