/** Whether a data plane can run what this control plane sends. Rules recorded from Kong Gateway OSS 3.9.1. */
import { KONG_VERSION } from '../base/version.ts';
import type { PluginVersion, PreparedConfiguration, SyncStatus } from './protocol.ts';
import { parseVersion } from './versions.ts';

export interface Verdict {
  readonly status: SyncStatus;
  /** Why, for the log; only when the status is not `normal`. */
  readonly reason?: string;
}

const NORMAL: Verdict = { status: 'normal' };

/** Majors must be equal, and the data plane's minor not above ours; the patch does not matter. */
export function checkVersion(reported: string, ours = KONG_VERSION): Verdict {
  const theirs = parseVersion(reported);
  const own = parseVersion(ours)!;
  if (theirs !== undefined && theirs.major === own.major && theirs.minor <= own.minor) return NORMAL;
  const expected = `expected ${own.major}.0 to ${own.major}.${own.minor}`;
  return { status: 'kong_version_incompatible', reason: `data plane version ${reported} cannot be served, ${expected}` };
}

/** Only plugins that the configuration uses count; a version that cannot be read is accepted, as Kong does. */
export function checkPlugins(configuration: PreparedConfiguration, plugins: readonly PluginVersion[], ours = KONG_VERSION): Verdict {
  const own = parseVersion(ours)!;
  const reported = new Map(plugins.map((plugin) => [plugin.name, plugin.version]));
  for (const name of configuration.plugins) {
    if (!reported.has(name)) {
      return { status: 'plugin_set_incompatible', reason: `the configuration uses plugin ${name}, which the data plane does not have` };
    }
    const theirs = parseVersion(reported.get(name));
    if (theirs !== undefined && (theirs.major !== own.major || theirs.minor > own.minor)) {
      return {
        status: 'plugin_version_incompatible',
        reason: `the data plane has plugin ${name} in version ${reported.get(name)}, expected ${own.major}.0 to ${own.major}.${own.minor}`,
      };
    }
  }
  return NORMAL;
}
