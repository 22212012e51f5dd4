/** How nodes get the configuration of before on an empty disk. */
export type CacheKind = 'volume' | 'fallback';

/** A volume that a pod keeps. */
export interface PlaneVolume {
  readonly storageClass?: string;
  readonly sizeGib: number;
}
