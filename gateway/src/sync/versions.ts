/** Versions of Kong as data planes report them, e.g. `3.9.1`, `3.8.0.5-enterprise-edition`. */

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Fourth part of enterprise versions, else 0. */
  readonly build: number;
}

const PATTERN = /^(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?/;

/** `undefined` for what is not at least X.Y.Z. */
export function parseVersion(text: string | undefined): Version | undefined {
  const match = PATTERN.exec(text ?? '');
  if (match === null) return undefined;
  const [, major, minor, patch, build = '0'] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), build: Number(build) };
}

/** Negative when a is older than b. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || a.build - b.build;
}
