/** What one release of EKS Anywhere is, as data: what rules ask about a release is answered here. */
import type { OsFamilyName } from '../model/os-family';
import type { Provider } from '../model/provider';

/** Minors of Kubernetes 1, both included. */
export interface KubernetesWindow {
  readonly oldest: number;
  readonly newest: number;
}

/** A field that a release added to one kind of document; `[]` in the path stands for every item. */
export interface NewField {
  readonly kind: string;
  /** Path below the document, such as `spec.hardwareAffinity`. */
  readonly path: string;
}

/** An operating system that the release notes list for nodes. */
export interface OperatingSystem {
  /** Name and version, such as `Ubuntu 22.04`; of Bottlerocket the name alone. */
  readonly name: string;
  readonly family: OsFamilyName;
  readonly providers: readonly Provider[];
  /**
   * Kubernetes versions that work on it.
   * @default - those of the release
   */
  readonly kubernetes?: Partial<KubernetesWindow>;
  /** Why not the others. */
  readonly why?: string;
  /** What to use for the others. */
  readonly instead?: string;
  /**
   * Versions of its images, where the notes name them.
   * @default - not named
   */
  readonly images?: string;
}

/** Parts that a release installs; absent where the notes do not name the version. */
export type Component =
  | 'Cluster API' | 'Cluster API Provider vSphere' | 'Cluster API Provider Tinkerbell' | 'Cilium' | 'kube-vip' | 'Flux'
  | 'Helm' | 'kind' | 'cert-manager' | 'packages controller';

/** Which documents a breakage touches; every given part must hold. */
export interface Concern {
  /** Field of the Cluster that must be set, such as `spec.registryMirrorConfiguration`; the finding points to it. */
  readonly field: string;
  /** @default - any */
  readonly provider?: Provider;
  /**
   * Operating system of at least one group of nodes whose Kubernetes version is in `kubernetes`.
   * @default - any
   */
  readonly osFamily?: OsFamilyName;
  /** @default - any */
  readonly kubernetes?: Partial<KubernetesWindow>;
}

/** Something that a release accepts and that does not work, or not as its documentation says. */
export interface Breakage {
  /** Id of the finding. */
  readonly id: string;
  readonly concerns: Concern;
  /** What happens, as the rest of a sentence that begins with the field. */
  readonly says: string;
  readonly fix: string;
}

export interface Release {
  /** Such as `v0.26.3`. */
  readonly version: string;
  /**
   * Day of the release, such as `2026-10-15`.
   * @default - not known here
   */
  readonly date?: string;
  readonly kubernetes: KubernetesWindow;
  /** Fields that documents may have from this release on. */
  readonly newFields: readonly NewField[];
  /** What the same file means differently from this release on, one sentence each. */
  readonly changes: readonly string[];
  readonly operatingSystems: readonly OperatingSystem[];
  /** Providers whose clusters may have IPv6 networks, as a beta. */
  readonly ipv6: readonly Provider[];
  readonly components: Readonly<Partial<Record<Component, string>>>;
  readonly breakages: readonly Breakage[];
}

/** What is new in a release; the rest is as in the one before. */
export interface ReleaseChange {
  readonly version: string;
  readonly date?: string;
  readonly kubernetes?: KubernetesWindow;
  readonly newFields?: readonly NewField[];
  readonly changes?: readonly string[];
  /** All operating systems, where the list changed. */
  readonly operatingSystems?: readonly OperatingSystem[];
  readonly ipv6?: readonly Provider[];
  /** Components with a new version. */
  readonly components?: Release['components'];
  /** Breakages that this release brought. */
  readonly breaks?: readonly Breakage[];
  /** Ids of breakages that this release repaired. */
  readonly repairs?: readonly string[];
}

/** Versions of components are not carried over to the next line, whose notes may be silent about what changed. */
function isSameLine(one: string, other: string): boolean {
  const line = (version: string) => version.replace(/\.\d+$/, '');
  return line(one) === line(other);
}

/** The release that follows another one of the same line, or that begins the next line. */
export function after(previous: Release, change: ReleaseChange): Release {
  const { version, date, breaks = [], repairs = [] } = change;
  return {
    version,
    date,
    kubernetes: change.kubernetes ?? previous.kubernetes,
    newFields: change.newFields ?? [],
    changes: change.changes ?? [],
    operatingSystems: change.operatingSystems ?? previous.operatingSystems,
    ipv6: change.ipv6 ?? previous.ipv6,
    components: isSameLine(previous.version, version) ? { ...previous.components, ...change.components } : change.components ?? {},
    breakages: [...previous.breakages.filter(({ id }) => !repairs.includes(id)), ...breaks],
  };
}
