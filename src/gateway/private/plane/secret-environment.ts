import type { SecretFile, SecretMount } from '../../../private/secrets/mount';
import type { PlaneDescription, PlaneSettings } from './plane';

/** A property of a secret that reaches the node as an environment variable. */
interface SecretVariable {
  readonly name: string;
  readonly mount: SecretMount;
  readonly property: string;
  /** Name of the property's file, where it is mounted. */
  readonly file: string;
}

/** The environment of a plane where secrets cannot be mounted as files. */
interface SplitEnvironment {
  readonly plain: PlaneSettings;
  readonly secrets: readonly SecretVariable[];
}

/**
 * Settings that name a file of a secret get the file's content instead: nodes take certificates and keys in either
 * form. Files that no setting names become `<MOUNT>_<FILE>`, such as `IDENTITY_CLIENT_SECRET`.
 */
export function splitEnvironment({ settings, secrets }: Pick<PlaneDescription, 'settings' | 'secrets'>): SplitEnvironment {
  const setting = (mount: SecretMount, { file }: SecretFile) =>
    Object.keys(settings).find((name) => settings[name] === `${mount.path}/${file}`);
  const variables = secrets.flatMap((mount) =>
    mount.files.map((file) => ({ name: setting(mount, file) ?? file.variable ?? ownName(mount, file), mount, ...file })),
  );
  const taken = new Set(variables.map(({ name }) => name));
  return { plain: Object.fromEntries(Object.entries(settings).filter(([name]) => !taken.has(name))), secrets: variables };
}

/** Variables that references to the vault `env` can name, with the mount and file behind each. */
export function environmentNames(plane: Pick<PlaneDescription, 'settings' | 'secrets'>): ReadonlyMap<string, string> {
  return new Map(splitEnvironment(plane).secrets.map(({ name, mount, file }) => [name, `${mount.name}/${file}`]));
}

function ownName(mount: SecretMount, { file }: SecretFile): string {
  return `${mount.name}_${file}`.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}
