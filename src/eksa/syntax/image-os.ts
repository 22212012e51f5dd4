/** What the name of an OS image or template tells: people and image-builder put operating system and version into it. */
import { OsFamily } from '../model/os-family';
import type { OsFamilyName } from '../model/os-family';

interface NamedSystem {
  readonly family: OsFamilyName;
  /** Such as `RHEL 8` and `Ubuntu 22.04`. */
  readonly name: string;
}

const PATTERNS: readonly { readonly pattern: RegExp; readonly read: (match: RegExpExecArray) => NamedSystem | undefined }[] = [
  {
    pattern: /(?<![a-z])(?:rhel|red[-_. ]?hat)(?:[-_. ]?enterprise)?(?:[-_. ]?linux)?[-_. ]?v?(\d+)/gi,
    read: ([, digits]) => {
      const major = /^(?:10$|[789](?=\d{0,2}$))/.exec(digits)?.[0];
      return major === undefined ? undefined : { family: OsFamily.RED_HAT, name: `RHEL ${major}` };
    },
  },
  {
    pattern: /(?<![a-z])ubuntu[-_. ]?(?:server[-_. ]?)?v?(\d{2})[-_. ]?04(?!\d)/gi,
    read: ([, year]) => ({ family: OsFamily.UBUNTU, name: `Ubuntu ${year}.04` }),
  },
];

/** The operating system that the end of a name or URL says, or undefined where it says none with its version. */
export function operatingSystemIn(image: string): NamedSystem | undefined {
  const found = PATTERNS.flatMap(({ pattern, read }) => [...image.matchAll(pattern)].flatMap((match) => {
    const system = read(match as RegExpExecArray);
    return system ? [{ index: match.index, system }] : [];
  }));
  return found.sort((one, other) => one.index - other.index).at(-1)?.system;
}
