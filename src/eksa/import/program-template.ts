/**
 * Installation templates as expressions: by the action images that every machine has, as far as a method writes the same again; other
 * actions and other templates as they are.
 */
import { TEMPLATE_TIMEOUT_SECONDS, TEMPLATE_VOLUMES, installationTemplate } from '../documents/installation-template';
import {
  ACTION_IMAGES,
  KNOWN_FILES,
  isBootPair,
  isFilePath,
  kexec,
  parsePartitionPath,
  reboot,
  repeatedName,
  runCommand,
  streamImage,
  writeFile,
} from '../documents/template-actions';
import type { Action, ActionContext, WriteFileInput } from '../documents/template-actions';
import { isUrlWithPassword } from '../syntax/url';
import { isSame } from '../update/compare';
import { CDK, LIBRARY, call } from './typescript';
import type { Expression, Value } from './typescript';

interface Template {
  readonly name?: string;
  readonly global_timeout?: number;
  readonly tasks?: readonly Task[];
}

interface Task {
  readonly actions: readonly Action[];
  readonly volumes?: readonly string[];
  readonly environment?: Environment;
}

type Environment = Readonly<Record<string, string>>;

export function templateExpression(content: Readonly<Record<string, unknown>>, context: ActionContext): Expression {
  const { name, global_timeout: timeoutSeconds, tasks = [] } = content as Template;
  const { actions = [], volumes, environment } = tasks[0] ?? {};
  const input = { name, timeoutSeconds, volumes, environment };
  const isMade = actions.length > 0 && isSame(installationTemplate(input, actions, context), content);
  if (!isMade || repeatedName(actions) !== undefined || actions.some(hasPassword)) {
    return call('InstallationTemplate.of', [content as Value], LIBRARY);
  }
  const options: Readonly<Record<string, Value>> = {
    name: name === context.clusterName ? undefined : name,
    timeout: timeoutSeconds === TEMPLATE_TIMEOUT_SECONDS ? undefined : seconds(timeoutSeconds),
    volumes: isSame(volumes, TEMPLATE_VOLUMES) ? undefined : volumes,
    environment,
  };
  return call('InstallationTemplate.ofActions', [actions.map((action) => actionExpression(action, context)), optional(options)], LIBRARY);
}

/** Methods refuse passwords, which the file has already. */
function hasPassword({ environment = {} }: Action): boolean {
  return Object.values(environment).some(isUrlWithPassword);
}

interface Reading {
  readonly image: string;
  readonly method: string;
  /** Variables that options stand for. */
  readonly variables: readonly string[];
  /** Options, without name, timeout and further environment; undefined for an action that the method never writes. */
  readonly options: (environment: Environment, action: Action, context: ActionContext) => Readonly<Record<string, Value>> | undefined;
  readonly write: (input: never, context: ActionContext) => Action;
  /** Options that are written although the method would do the same without. */
  readonly required?: readonly string[];
  /** Options that the reading has and the method has not. */
  readonly others?: readonly string[];
}

const WRITE_FILE: Reading = {
  image: ACTION_IMAGES.writeFile,
  method: 'writeFile',
  variables: ['DEST_DISK', 'FS_TYPE', 'DEST_PATH', 'CONTENTS', 'UID', 'GID', 'MODE', 'DIRMODE'],
  options: ({ DEST_DISK, FS_TYPE: filesystem, DEST_PATH: path, CONTENTS: contents, ...rest }, { pid }, context) => {
    const partition = DEST_DISK === undefined ? undefined : parsePartitionPath(DEST_DISK, context);
    if (!partition || !isFilePath(path) || contents === undefined) return undefined;
    const { UID, GID, MODE: mode, DIRMODE: directoryMode } = rest;
    return { path, contents, ...partition, filesystem, uid: Number(UID), gid: Number(GID), mode, directoryMode, hostPid: pid === 'host' };
  },
  write: writeFile,
  required: ['path', 'contents'],
};

/** Options of writeFile that the methods for known files do not have. */
const ONLY_OF_FILES = ['path', 'uid', 'gid', 'mode', 'directoryMode', 'hostPid'];

function knownFile(method: keyof typeof KNOWN_FILES, hasContents: boolean): Reading {
  const known: WriteFileInput = KNOWN_FILES[method];
  return {
    ...WRITE_FILE,
    method,
    required: [],
    others: hasContents ? ONLY_OF_FILES : [...ONLY_OF_FILES, 'contents'],
    write: (input, context) => writeFile({ ...known, ...input as Partial<WriteFileInput> }, context),
  };
}

const READINGS: readonly Reading[] = [
  knownFile('writeNetplan', true),
  knownFile('writeNetworkManager', true),
  knownFile('disableCloudInitNetwork', false),
  knownFile('cloudInitDatasource', false),
  {
    image: ACTION_IMAGES.streamImage,
    method: 'streamImage',
    variables: ['DEST_DISK', 'IMG_URL', 'COMPRESSED', 'RETRY_ENABLED', 'RETRY_DURATION_MINUTES'],
    options: ({ DEST_DISK: disk, IMG_URL: imageUrl, COMPRESSED: compressed, RETRY_DURATION_MINUTES: minutes }) => ({
      imageUrl, disk, compressed: compressed === 'true', retryMinutes: minutes === undefined ? undefined : Number(minutes),
    }),
    write: streamImage,
  },
  WRITE_FILE,
  {
    image: ACTION_IMAGES.runCommand,
    method: 'runCommand',
    variables: ['BLOCK_DEVICE', 'FS_TYPE', 'CHROOT', 'DEFAULT_INTERPRETER', 'CMD_LINE', 'UPDATE_RESOLV_CONF'],
    options: ({ BLOCK_DEVICE, FS_TYPE: filesystem, CMD_LINE: command, DEFAULT_INTERPRETER: interpreter, ...rest }, _action, context) => {
      const partition = BLOCK_DEVICE === undefined ? undefined : parsePartitionPath(BLOCK_DEVICE, context);
      if (!partition || command === undefined) return undefined;
      const [chroot, updateResolvConf] = [rest.CHROOT !== undefined, rest.UPDATE_RESOLV_CONF !== undefined];
      return { command, ...partition, filesystem, interpreter, chroot, updateResolvConf };
    },
    write: runCommand,
    required: ['command'],
  },
  {
    image: ACTION_IMAGES.kexec,
    method: 'kexec',
    variables: ['BLOCK_DEVICE', 'FS_TYPE', 'KERNEL_PATH', 'INITRD_PATH', 'CMD_LINE'],
    options: ({ BLOCK_DEVICE, FS_TYPE: filesystem, KERNEL_PATH, INITRD_PATH, CMD_LINE }, _action, context) => {
      const partition = BLOCK_DEVICE === undefined ? undefined : parsePartitionPath(BLOCK_DEVICE, context);
      const paths = { kernelPath: KERNEL_PATH, initrdPath: INITRD_PATH };
      return partition && isBootPair(paths) ? { ...partition, filesystem, ...paths, commandLine: CMD_LINE } : undefined;
    },
    write: kexec,
  },
  { image: ACTION_IMAGES.reboot, method: 'reboot', variables: [], options: () => ({}), write: reboot },
];

function actionExpression(action: Action, context: ActionContext): Expression {
  for (const reading of READINGS.filter(({ image }) => image === action.image)) {
    const options = reading.options(action.environment ?? {}, action, context);
    const expression = options && byMethod(reading, options, action, context);
    if (expression) return expression;
  }
  return custom(action);
}

/** @returns undefined when the method writes anything else than the action */
function byMethod(
  { method, variables, write, required = [], others = [] }: Reading,
  options: Readonly<Record<string, Value>>,
  action: Action,
  context: ActionContext,
): Expression | undefined {
  const further = Object.entries(action.environment ?? {}).filter(([name]) => !variables.includes(name));
  const environment = further.length > 0 ? Object.fromEntries(further) : undefined;
  const writes = (given: Readonly<Record<string, unknown>>) => isSame(write(given as never, context), action);
  let input: Readonly<Record<string, unknown>> = { ...options, environment, name: action.name, timeoutSeconds: action.timeout };
  if (!writes(input)) return undefined;
  // What the method does by itself is not written.
  for (const name of Object.keys(input)) {
    const { [name]: _value, ...rest } = input;
    if (!required.includes(name) && writes(rest)) input = rest;
  }
  if (others.some((name) => input[name] !== undefined)) return undefined;
  const { name, timeoutSeconds, retryMinutes, ...rest } = input as Readonly<Record<string, Value>>;
  const written = {
    ...name === undefined ? {} : { name },
    ...rest,
    ...retryMinutes === undefined ? {} : { retryFor: call('Duration.minutes', [retryMinutes], CDK) },
    ...timeoutSeconds === undefined ? {} : { timeout: seconds(timeoutSeconds as number) },
  };
  return call(`TemplateAction.${method}`, [optional(written)], LIBRARY);
}

function custom(action: Action): Expression {
  const { name, image, timeout, 'on-timeout': onTimeout, 'on-failure': onFailure, ...rest } = action;
  return call('TemplateAction.of', [{ name, image, timeout: seconds(timeout), ...rest, onTimeout, onFailure }], LIBRARY);
}

function seconds(count: number | undefined): Value {
  return count === undefined ? undefined : call('Duration.seconds', [count], CDK);
}

function optional(options: Readonly<Record<string, Value>>): Value {
  return Object.values(options).some((value) => value !== undefined) ? options : undefined;
}
