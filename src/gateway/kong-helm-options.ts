import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Editions of Kong Gateway. */
export enum KongEdition {
  /** Apache-2.0. Kong publishes no images of it after 3.9. */
  COMMUNITY = 'community',

  /** Needs a licence of Kong's. */
  ENTERPRISE = 'enterprise',
}

/** Options of `GatewayEngine.kongHelm()`. */
export interface KongHelmOptions {
  /** Version of the chart, 3.x, such as `3.4.1`. */
  readonly chartVersion: string;

  /**
   * Which edition runs.
   *
   * @default KongEdition.COMMUNITY
   */
  readonly edition?: KongEdition;

  /**
   * Version of Kong Gateway, which is the tag of its image. Control plane and data planes have the same.
   *
   * @default - 3.9.1 for the community edition; the enterprise edition has to be told
   */
  readonly gatewayVersion?: string;

  /**
   * The licence of the enterprise edition: the secret's text is the licence document as Kong sends it. The name has to be known at synth.
   *
   * @default - none, which goes with the community edition only
   */
  readonly licence?: ISecret;

  /**
   * Repository that clusters on EKS pull the image from, without a tag. Sites pull from the `imageRepository` of their target.
   *
   * @default - `kong`, or `kong/kong-gateway` for the enterprise edition, both of Docker Hub
   */
  readonly imageRepository?: string;
}
