import type { ConfigurationCache } from '../../configuration-cache';
import type { GatewayEngine } from '../../gateway-engine';
import type { PlaneSettings } from '../plane/plane';
import type { PlaneVolume } from './cache-kind';
import { importSettings } from './fallback-access';
import type { FallbackObject } from './fallback-access';

/** What a target offers for an empty disk. */
export interface CacheOffer {
  readonly target: string;
  /** Whether pods can keep a volume. */
  readonly volume: boolean;
  /** Who reads the fallback: the nodes with their role, or the machine for them. Absent: neither can. */
  readonly fallback?: 'role' | 'machine';
  /** What holds without either. */
  readonly otherwise: string;
}

export interface ChosenCache {
  readonly settings: PlaneSettings;
  readonly volume?: PlaneVolume;
  readonly fallback?: FallbackObject;
}

/**
 * What a data plane needs for the cache that was chosen.
 *
 * @param left what its control plane leaves
 * @throws Error when the target or the engine has no way for it, or the control plane leaves nothing
 */
export function chosenCache(
  cache: ConfigurationCache | undefined, offer: CacheOffer, engine: GatewayEngine, left: FallbackObject | undefined,
): ChosenCache {
  if (!cache) return { settings: {} };
  if (engine._chart) {
    throw new Error('configurationCache: Kong keeps its configuration in its own way, expected GatewayEngine.packaged(): leave it out');
  }
  const { target, volume, fallback, otherwise } = offer;
  if (cache._kind === 'volume') {
    if (volume) return { settings: {}, volume: cache._volume };
    throw new Error(
      `configurationCache: got a persistent volume, which ${target} does not have, expected `
        + `${fallback ? 'ConfigurationCache.s3Fallback()' : `nothing: ${otherwise}`}`,
    );
  }
  if (!fallback) {
    throw new Error(
      `configurationCache: got the fallback in S3, which ${target} cannot read without a role in AWS, expected `
        + `${volume ? 'ConfigurationCache.persistentVolume()' : `nothing: ${otherwise}`}`,
    );
  }
  if (!left) {
    throw new Error(
      'configurationCache: got the fallback in S3, but the control plane leaves none, expected configurationFallback on it: set '
        + 'configurationFallback: ConfigurationFallback.s3() on the GatewayControlPlane',
    );
  }
  return { settings: importSettings(left, fallback), fallback: left };
}
