import type { HostOs } from '../eksa/model/machines';
import { BOTTLEROCKET_SETTINGS } from '../eksa/model/node-settings';
import { OsFamily } from '../eksa/model/os-family';
import { atPlace } from '../private/input/place';
import type { NodeSettings } from './node-settings';
import { settingFields } from './private/node-settings';

/** Options of an operating system. */
export interface OperatingSystemOptions {
  /**
   * Bare metal: URL of the disk image that machines get, reachable from them. Its text must contain the Kubernetes version, such as
   * `https://images.example.com/ubuntu-1-35.gz`. Can be changed later; a change replaces the nodes.
   * @default - none; bare metal needs one
   */
  readonly imageUrl?: string;
}

/** Kubernetes settings of Bottlerocket (`bottlerocketConfiguration.kubernetes`). Can be changed later; a change replaces the nodes. */
export interface BottlerocketKubernetesSettings extends NodeSettings {
  /**
   * IP addresses of the DNS servers that pods ask, such as `10.96.0.10`.
   * @default - the cluster's own
   */
  readonly clusterDnsIps?: string[];

  /**
   * Name of the machine for a cloud provider (`providerID`).
   * @default - set by EKS Anywhere
   */
  readonly providerId?: string;

  /**
   * Fields of `bottlerocketConfiguration.kubernetes` under their own names, for values that a property cannot hold, such as
   * `{ shutdownGracePeriod: '1m30s' }`. Names and types are checked as well.
   * @default - none
   */
  readonly additional?: { [field: string]: any };
}

/** Options of Bottlerocket. Can be changed later; a change replaces the nodes. */
export interface BottlerocketOptions {
  /**
   * Kubernetes settings of Bottlerocket, such as `{ maxPods: 50, clusterDnsIps: ['10.96.0.10'] }`.
   * @default - the defaults of Bottlerocket
   */
  readonly kubernetes?: BottlerocketKubernetesSettings;

  /**
   * Kernel settings (sysctl) with their values.
   * @default - the defaults of Bottlerocket
   */
  readonly sysctl?: { [key: string]: string };

  /**
   * Parameters that the kernel is booted with; each may be given several times.
   * @default - the defaults of Bottlerocket
   */
  readonly bootKernelParameters?: { [key: string]: string[] };

  /**
   * Further certificate authorities that the nodes trust: a name for each, and its certificate in PEM.
   * @default - none
   */
  readonly certificateAuthorities?: { [key: string]: string };
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
   * Red Hat Enterprise Linux 8 or 9; from Kubernetes 1.32 on only 9.
   */
  public static redHat(options: OperatingSystemOptions = {}): OperatingSystem {
    return new OperatingSystem(OsFamily.RED_HAT, options.imageUrl);
  }

  /**
   * Bottlerocket. Only on vSphere: bare metal supports it up to Kubernetes 1.28, which no current release installs.
   *
   * @throws Error that names the invalid setting
   */
  public static bottlerocket(options: BottlerocketOptions = {}): OperatingSystem {
    return atPlace('OperatingSystem.bottlerocket', () => new OperatingSystem(OsFamily.BOTTLEROCKET, undefined, hostOsOf(options)));
  }

  private constructor(
    /** `ubuntu`, `redhat` or `bottlerocket`. */
    public readonly family: string,
    /** URL of the disk image, for bare metal. */
    public readonly imageUrl?: string,
    /**
     * Other fields of the documents about it.
     * @internal
     */
    public readonly _hostOs: HostOs = {},
  ) {}
}

function hostOsOf({ kubernetes, sysctl, bootKernelParameters, certificateAuthorities }: BottlerocketOptions): HostOs {
  const isConfigured = kubernetes || sysctl || bootKernelParameters;
  return {
    certBundles: certificateAuthorities && Object.entries(certificateAuthorities).map(([name, data]) => ({ name, data })),
    bottlerocketConfiguration: isConfigured && {
      kubernetes: kubernetes && settingFields(BOTTLEROCKET_SETTINGS, kubernetes, 'kubernetes'),
      kernel: sysctl && { sysctlSettings: sysctl },
      boot: bootKernelParameters && { bootKernelParameters },
    },
  };
}
