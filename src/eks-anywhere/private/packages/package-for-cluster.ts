import type { CuratedPackage, PackageCluster } from '../../../eksa/packages/curated-package';
import { isDnsLabel } from '../../../eksa/syntax/names';
import { requireWhole } from '../../../private/input/numbers';
import { shown } from '../../../private/input/place';
import type { PackageOptions } from '../../packages/package-options';
import { refuseTokens } from '../../token-refusal';

/** A package, as a function of the cluster that it is added to. */
export type PackageForCluster = (cluster: PackageCluster) => CuratedPackage;

/** Limit of Helm for names of releases. */
const MAX_NAME_LENGTH = 53;

/** Greatest value of an `int32` field of Kubernetes. */
export const GREATEST_INT32 = 2 ** 31 - 1;

/**
 * The fields that all packages have.
 *
 * @param usual default names of the object and its namespace
 * @throws Error that names the option
 */
export function identity<Namespace extends string | undefined>(
  packageName: string,
  options: PackageOptions,
  usual: { readonly name?: string; readonly targetNamespace?: Namespace },
) {
  refuseTokens(options);
  const { name = usual.name ?? packageName, targetNamespace = usual.targetNamespace as Namespace, packageVersion: version } = options;
  requireName('name', name);
  if (targetNamespace !== undefined && !isDnsLabel(targetNamespace)) {
    throw unexpected('targetNamespace', targetNamespace, 'at most 63 lower-case letters, digits and dashes');
  }
  if (version === '') throw unexpected('packageVersion', version, 'a version of the bundle: omit it for the newest');
  return { packageName, name, targetNamespace, version };
}

/** @throws Error that names the option whose value is no name of a Helm release */
export function requireName(option: string, name: string): void {
  if (isDnsLabel(name) && name.length <= MAX_NAME_LENGTH) return;
  throw unexpected(option, name, `at most ${MAX_NAME_LENGTH} lower-case letters, digits and dashes`);
}

/** The error for an option that is not what it must be. */
export function unexpected(option: string, got: unknown, expected: string): Error {
  const given = got === undefined || (Array.isArray(got) && got.length === 0) ? 'none' : shown(got);
  return new Error(`${option}: got ${given}, expected ${expected}`);
}

/** @throws Error that names the option when it has a value that is not a whole number within the bounds */
export function requireWholeIfGiven(option: string, value: number | undefined, bounds: Parameters<typeof requireWhole>[2]): void {
  if (value !== undefined) requireWhole(option, value, bounds);
}
