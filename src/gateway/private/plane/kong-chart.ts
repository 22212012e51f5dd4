import type { SecretMount } from '../../../private/secrets/mount';
import type { KongEdition } from '../../kong-helm-options';

/** Name of Kong's chart, which is that of the label `app.kubernetes.io/name` of its pods. */
export const CHART_NAME = 'kong';

/** Kong's chart as the engine of a plane, settled. */
export interface KongChart {
  readonly version: string;
  readonly edition: KongEdition;
  readonly gatewayVersion: string;
  readonly imageRepository: string;
  /** Of the enterprise edition. */
  readonly licence?: SecretMount;
}
