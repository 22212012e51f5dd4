import { OsFamily } from '../private/eks-anywhere/model/os-family';

/** Options of an operating system. */
export interface OperatingSystemOptions {
  /**
   * Bare metal: URL of the disk image that machines get, reachable from them. Its text must contain the Kubernetes version, such as
   * `https://images.example.com/ubuntu-1-35.gz`. Can be changed later; a change replaces the nodes.
   * @default - none; bare metal needs one
   */
  readonly imageUrl?: string;
}

/** The operating system of a cluster's nodes. The family is fixed once the cluster exists. */
export class OperatingSystem {
  /**
   * Ubuntu 22.04 or 24.04.
   */
  public static ubuntu(options: OperatingSystemOptions = {}): OperatingSystem {
    return new OperatingSystem(OsFamily.UBUNTU, options.imageUrl);
  }

  /**
   * Red Hat Enterprise Linux 8 or 9.
   */
  public static redHat(options: OperatingSystemOptions = {}): OperatingSystem {
    return new OperatingSystem(OsFamily.RED_HAT, options.imageUrl);
  }

  /**
   * Bottlerocket. Only on vSphere: bare metal supports it up to Kubernetes 1.28, which no current release installs.
   */
  public static bottlerocket(): OperatingSystem {
    return new OperatingSystem(OsFamily.BOTTLEROCKET);
  }

  private constructor(
    /** `ubuntu`, `redhat` or `bottlerocket`. */
    public readonly family: string,
    /** URL of the disk image, for bare metal. */
    public readonly imageUrl?: string,
  ) {}
}
