import type { SecretMount } from './mount';

/**
 * How a plugin's configuration names a file of a mounted secret: a reference to the vault `env`, such as
 * `{vault://env/cache-password}`. Where secrets are environment variables (ECS), that is what every gateway makes of
 * it: `CACHE_PASSWORD`. Where they are files, `/etc/hybridge/<mount>/<file>` stands in for a variable that is not set
 * (docs/decisions/0011-secrets-of-plugins.md).
 */
export function vaultReference({ name }: Pick<SecretMount, 'name'>, file: string): string {
  return `{vault://env/${name}-${file.replace(/_/g, '-')}}`;
}
