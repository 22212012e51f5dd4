import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Editions of Kong Gateway. */
export enum KongEdition {
  /** Apache-2.0. Kong publishes no images of it after 3.9. */
  COMMUNITY = 'community',

  /** Needs a licence from Kong. */
  ENTERPRISE = 'enterprise',
}

/** Options of `GatewayEngine.kongHelm()`. */
export interface KongHelmOptions {
  /** Version of the chart, 3.x, such as `3.4.1`. */
  readonly chartVersion: string;

  /**
   * Edition of Kong Gateway.
   *
   * @default KongEdition.COMMUNITY
   */
  readonly edition?: KongEdition;

  /**
   * Version of Kong Gateway, the tag of its image, for control plane and data planes.
   *
   * @default - 3.9.1 for the community edition; required for the enterprise edition
   */
  readonly gatewayVersion?: string;

  /**
   * Licence of the enterprise edition: the secret's text is the licence document from Kong. Its name must be known
   * at synth.
   *
   * @default - none; required for the enterprise edition
   */
  readonly licence?: ISecret;

  /**
   * Repository that clusters on EKS pull the image from, without a tag. Sites pull from the `imageRepository` of
   * their target.
   *
   * @default - `kong`, or `kong/kong-gateway` for the enterprise edition, both on Docker Hub
   */
  readonly imageRepository?: string;
}
