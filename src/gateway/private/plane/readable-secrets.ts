/** What references to the vault `env` can name on a data plane. */
import { PATHS } from '../../../private/contract';
import type { SecretMount } from '../../../private/secrets/mount';
import type { PlaneDescription } from './plane';
import { splitEnvironment } from './secret-environment';

/** A secret or setting by the name of its variable. */
interface ReadableSecret {
  readonly variable: string;
  /** Whether it may be a JSON document, whose fields references can name. */
  readonly mayHaveFields: boolean;
}

/** Mounts that plugins need. The tunnel's key, the licence and the like are the node's own, and no reference may name them. */
const PLUGIN_FOLDERS: readonly string[] = [PATHS.identityCredentials, PATHS.cacheCredentials, PATHS.logCredentials];

/** Names of Kong and of the packaged gateway's vault `env`: what it puts before the names of variables. */
const PREFIX_SETTING = 'KONG_VAULT_ENV_PREFIX';

export function readableSecrets(plane: Pick<PlaneDescription, 'settings' | 'secrets'>): readonly ReadableSecret[] {
  const { plain, secrets } = splitEnvironment(plane);
  return [
    ...secrets
      .filter(({ mount }) => isForConfigurations(mount))
      .map(({ name, property }) => ({ variable: name, mayHaveFields: property === '' })),
    ...Object.keys(plain).map((variable) => ({ variable, mayHaveFields: true })),
  ];
}

export function vaultPrefix({ settings }: Pick<PlaneDescription, 'settings'>): string {
  return settings[PREFIX_SETTING] ?? '';
}

function isForConfigurations({ path, givenName }: SecretMount): boolean {
  return givenName !== undefined || PLUGIN_FOLDERS.includes(path);
}
