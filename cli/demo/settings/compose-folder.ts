/**
 * Reads the settings of a plane out of a folder for Docker Compose: the env files that compose.yaml names, and what
 * fetch.sh writes to them on the machine.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ENV } from '../../../gateway/contract.ts';
import { CommandFailure } from '../../command.ts';
import { settingsInEnvFile } from './env-file.ts';
import type { PlaneSetting, PlaneSettings } from './plane-setting.ts';

interface Compose {
  readonly services?: Readonly<Record<string, { readonly env_file?: readonly { readonly path: string }[] }>>;
}

/**
 * @param files of the plane
 * @throws CommandFailure when there is no compose file among them, an env file is neither there nor written by
 * fetch.sh, or no service sets a role
 */
export function settingsInComposeFolder(files: readonly string[]): PlaneSettings {
  const compose = files.find((file) => basename(file) === 'compose.yaml');
  if (compose === undefined) {
    throw new CommandFailure(
      `compose.yaml is not among ${files.map((file) => basename(file)).join(', ') || 'no files'}: is this a plane for Docker?`,
      'configuration',
    );
  }
  const folder = dirname(compose);
  const fetched = settingsWrittenBy(textOf(files.find((file) => basename(file) === 'fetch.sh')));
  const services = Object.values((parse(textOf(compose)) as Compose).services ?? {});
  for (const { env_file: envFiles = [] } of services) {
    const settings = envFiles.flatMap(({ path }) => {
      if (existsSync(join(folder, path))) return settingsInEnvFile(textOf(join(folder, path)));
      const written = fetched.get(path);
      if (!written) {
        throw new CommandFailure(
          `${compose} names the env file ${path}, which is not there and which fetch.sh does not write`,
          'configuration',
        );
      }
      return written;
    });
    if (settings.some(({ name }) => name === ENV.role)) {
      return { settings, readFrom: `${basename(folder)}/compose.yaml: ${envFiles.map(({ path }) => path).join(', ')}` };
    }
  }
  throw new CommandFailure(`no service in ${compose} gets ${ENV.role} by an env file: is it one of a gateway plane?`, 'configuration');
}

/** File → settings whose values a script asks the Parameter Store for. */
export function settingsWrittenBy(script: string): ReadonlyMap<string, readonly PlaneSetting[]> {
  const [, file] = /^: > \.fetched\/(\S+)$/m.exec(script) ?? [];
  if (file === undefined) return new Map();
  const fetches = [...script.matchAll(/^setting (\w+) '([^']+)'$/gm)];
  return new Map([[file, fetches.map(([, name, parameter]) => ({ name: name!, from: `parameter ${parameter}` }))]]);
}

function textOf(file: string | undefined): string {
  return file === undefined ? '' : readFileSync(file, 'utf8');
}
