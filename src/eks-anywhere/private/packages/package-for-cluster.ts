import type { CuratedPackage, PackageCluster } from '../../../eksa/packages/curated-package';
import { isDnsLabel } from '../../../eksa/syntax/names';
import type { PackageOptions } from '../../packages/package-options';
import { refuseTokens } from '../../token-refusal';

/** A package as far as it does not depend on a cluster. */
export type PackageForCluster = (cluster: PackageCluster) => CuratedPackage;

/** Helm allows no longer names of releases. */
const MAX_NAME_LENGTH = 53;

/**
 * What all packages have in common.
 *
 * @param usual name of the object and namespace, where the options name none
 * @throws Error that names method and option
 */
export function identity(
  method: string,
  packageName: string,
  options: PackageOptions,
  usual: { readonly name?: string; readonly targetNamespace: string },
) {
  refuseTokens(options, method);
  const { name = usual.name ?? packageName, targetNamespace = usual.targetNamespace, packageVersion: version } = options;
  if (!isDnsLabel(name) || name.length > MAX_NAME_LENGTH) {
    throw wrong(method, 'name', name, `at most ${MAX_NAME_LENGTH} lower-case letters, digits and dashes`);
  }
  if (!isDnsLabel(targetNamespace)) {
    throw wrong(method, 'targetNamespace', targetNamespace, 'at most 63 lower-case letters, digits and dashes');
  }
  if (version === '') throw wrong(method, 'packageVersion', version, 'a version of the bundle; leave it out for the newest');
  return { packageName, name, targetNamespace, version };
}

export function wrong(method: string, option: string, got: unknown, expected: string): Error {
  return new Error(`${method}: ${option} is ${typeof got === 'string' ? `'${got}'` : JSON.stringify(got)}; expected ${expected}`);
}

/** @throws Error that names method and option when the number is no whole one within the bounds */
export function requireWhole(method: string, option: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && (!Number.isInteger(value) || value < min || value > max)) {
    throw wrong(method, option, value, `a whole number from ${min} to ${max}`);
  }
}
