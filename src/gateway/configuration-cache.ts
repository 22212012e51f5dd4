import { requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireObjectName } from '../private/kubernetes/names';
import type { CacheKind, PlaneVolume } from './private/fallback/cache-kind';

/** Options of `ConfigurationCache.persistentVolume()`. */
export interface PersistentVolumeOptions {
  /**
   * Storage class of the volumes. It must exist, allow `ReadWriteOnce`, and bind a volume when its pod is scheduled
   * (`volumeBindingMode: WaitForFirstConsumer`). On EKS it needs the EBS CSI driver: Auto Mode has it as the provisioner
   * `ebs.csi.eks.amazonaws.com`, node groups need the add-on `aws-ebs-csi-driver`.
   *
   * @default - the default storage class of the cluster
   */
  readonly storageClass?: string;

  /**
   * Size of each volume, in GiB.
   *
   * @default 1
   */
  readonly sizeGib?: number;
}

/**
 * Where the nodes of a data plane keep their last configuration, so that they serve after a restart without a control
 * plane. Every node keeps it on its disk; without more, that disk ends with the pod or the task.
 */
export class ConfigurationCache {
  /**
   * A persistent volume for each pod, on EKS and EKS Anywhere: the pods are those of a StatefulSet, and a rescheduled
   * pod has the configuration of the one before. An update replaces one pod at a time, without a surge: use at least
   * three replicas where two cannot carry the load.
   *
   * @throws Error for a size that is no whole number from 1 to 1024, or a name that is none of Kubernetes
   *
   * @example
   * const cache = ConfigurationCache.persistentVolume({ storageClass: 'gp3' });
   */
  public static persistentVolume(options: PersistentVolumeOptions = {}): ConfigurationCache {
    return atPlace('ConfigurationCache.persistentVolume', () => {
      const { storageClass, sizeGib = 1 } = options;
      requireWhole('sizeGib', sizeGib, { min: 1, max: 1024, unit: 'GiB' });
      const named = storageClass === undefined ? {} : { storageClass: requireObjectName('storageClass', storageClass) };
      return new ConfigurationCache('volume', { sizeGib, ...named });
    });
  }

  /**
   * The fallback that the control plane leaves in a bucket, on EKS, ECS and EC2: a node with an empty disk that reaches
   * no control plane verifies it and serves it. The control plane needs `configurationFallback`. The plane's role may
   * read this one object.
   *
   * @example
   * const cache = ConfigurationCache.s3Fallback();
   */
  public static s3Fallback(): ConfigurationCache {
    return new ConfigurationCache('fallback');
  }

  private constructor(
    /** @internal */
    public readonly _kind: CacheKind,
    /** @internal */
    public readonly _volume?: PlaneVolume,
  ) {}
}
