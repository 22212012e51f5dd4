import { bundlePackage } from '../../../eksa/packages/bundle';
import type { AnyPackageOptions } from '../../packages/any-package';
import { PackageSecret } from '../../packages/package-secret';
import type { PackageForCluster } from './package-for-cluster';
import { identity, requireName, unexpected } from './package-for-cluster';

/** A package by its name in the bundle: its settings are passed on as they are. */
export function anyPackage(packageName: string, options: AnyPackageOptions): PackageForCluster {
  requireName('packageName', packageName);
  const common = identity(packageName, options, {});
  const config = options.config && settings(options.config, 'config');
  return ({ managementClusterName }) => ({
    ...common,
    annotations: bundlePackage(packageName)?.annotations,
    installedOn: options.onManagementCluster ? managementClusterName : undefined,
    config: config as { readonly [setting: string]: unknown } | undefined,
  });
}

/** @throws Error that names the place of a value that YAML cannot hold */
function settings(value: unknown, place: string): unknown {
  if (value instanceof PackageSecret) return value._placeholder;
  if (value === null || value === undefined || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, at) => settings(item, `${place}[${at}]`));
  if (typeof value !== 'object' || !isPlain(value)) {
    const got = typeof value === 'object' ? value.constructor.name : String(value);
    throw unexpected(place, got, 'text, a number, true, false, a list or an object of these, or a PackageSecret');
  }
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, settings(content, `${place}.${name}`)]));
}

/** Whether an object is no instance of a class; those of other languages come with another `Object`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
