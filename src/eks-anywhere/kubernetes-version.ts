import { Token } from 'aws-cdk-lib';
import { kubernetesVersions, releaseFor, unknownRelease } from '../eksa/releases/release-table';
import { kubernetesMinor } from '../eksa/syntax/version';
import { KNOWN_LATER, shown } from '../private/input/place';

/**
 * A minor version of Kubernetes; the release of EKS Anywhere chooses the patch. `supportedBy` returns the versions that a
 * release installs, and synthesis rejects any other.
 */
export class EksAnywhereKubernetesVersion {
  /** Kubernetes 1.28: EKS Anywhere 0.23 and 0.24. */
  public static readonly V1_28 = EksAnywhereKubernetesVersion.of('1.28');
  /** Kubernetes 1.29: EKS Anywhere 0.23 to 0.25. */
  public static readonly V1_29 = EksAnywhereKubernetesVersion.of('1.29');
  /** Kubernetes 1.30: EKS Anywhere 0.23 to 0.26. */
  public static readonly V1_30 = EksAnywhereKubernetesVersion.of('1.30');
  /** Kubernetes 1.31: EKS Anywhere 0.23 to 0.27. */
  public static readonly V1_31 = EksAnywhereKubernetesVersion.of('1.31');
  /** Kubernetes 1.32: EKS Anywhere 0.23 to 0.27. */
  public static readonly V1_32 = EksAnywhereKubernetesVersion.of('1.32');
  /** Kubernetes 1.33: EKS Anywhere 0.23 to 0.27. */
  public static readonly V1_33 = EksAnywhereKubernetesVersion.of('1.33');
  /** Kubernetes 1.34: EKS Anywhere 0.24 to 0.27. */
  public static readonly V1_34 = EksAnywhereKubernetesVersion.of('1.34');
  /** Kubernetes 1.35: EKS Anywhere 0.25 to 0.27. */
  public static readonly V1_35 = EksAnywhereKubernetesVersion.of('1.35');
  /** Kubernetes 1.36: EKS Anywhere 0.26 and 0.27. */
  public static readonly V1_36 = EksAnywhereKubernetesVersion.of('1.36');
  /** Kubernetes 1.37: EKS Anywhere 0.27. */
  public static readonly V1_37 = EksAnywhereKubernetesVersion.of('1.37');

  /**
   * A version that has no constant here yet.
   *
   * @param version major and minor, such as `1.38`
   * @throws Error when the text is not such a version
   */
  public static of(version: string): EksAnywhereKubernetesVersion {
    if (Token.isUnresolved(version)) {
      throw new Error(
        `EksAnywhereKubernetesVersion.of: version: got ${KNOWN_LATER}, expected a plain value such as 1.35: the files of EKS Anywhere `
          + 'are written at synth',
      );
    }
    if (kubernetesMinor(version) === undefined) {
      throw new Error(
        `EksAnywhereKubernetesVersion.of: version: got ${shown(version)}, expected major and minor such as 1.35: the release of EKS `
          + 'Anywhere chooses the patch',
      );
    }
    return new EksAnywhereKubernetesVersion(version);
  }

  /**
   * The versions that a release of EKS Anywhere installs, oldest first; of a release that is newer than those this library knows,
   * what the newest known one installs. Empty for a release older than v0.23.0, and for a text that is no release.
   *
   * @param eksAnywhereVersion such as `v0.27.0`
   */
  public static supportedBy(eksAnywhereVersion: string): EksAnywhereKubernetesVersion[] {
    if (['older', 'invalid'].includes(unknownRelease(eksAnywhereVersion)?.is ?? '')) return [];
    return kubernetesVersions(releaseFor(eksAnywhereVersion)).map((version) => new EksAnywhereKubernetesVersion(version));
  }

  private constructor(
    /** Major and minor, such as `1.35`. */
    public readonly version: string,
  ) {}
}
