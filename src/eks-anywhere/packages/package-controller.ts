/** The programs that EKS Anywhere runs on a management cluster for curated packages, as `spec.packages` of a Cluster names them. */

/** Image of such a program. */
export interface PackageImageOptions {
  /**
   * Repository of the image, without tag, such as `public.ecr.aws/eks-anywhere/eks-anywhere-packages`. Can be changed later.
   * @default - the one in the bundle of the release
   */
  readonly repository?: string;

  /**
   * Tag of the image. Can be changed later.
   * @default - the one in the bundle of the release
   */
  readonly tag?: string;

  /**
   * Digest of the image, `sha256:` and 64 hex digits. Can be changed later.
   * @default - the one in the bundle of the release
   */
  readonly digest?: string;
}

/** An amount of processor time and memory, in the notation of Kubernetes. */
export interface PackageComputeAmount {
  /**
   * Processor time, such as `750m` for three quarters of a CPU.
   * @default - the value of the release
   */
  readonly cpu?: string;

  /**
   * Memory, such as `450Mi`.
   * @default - the value of the release
   */
  readonly memory?: string;
}

/** Options of the controller that installs curated packages. Only for a cluster that manages itself. */
export interface PackageControllerOptions extends PackageImageOptions {
  /**
   * Environment variables of the controller. They are in `cdk.out` and on the cluster in plain text: no secrets. Can be
   * changed later.
   * @default - none
   */
  readonly environment?: { [name: string]: string };

  /**
   * Resource requests of the controller. Can be changed later.
   * @default - the value of the release
   */
  readonly requests?: PackageComputeAmount;

  /**
   * Resource limits of the controller. Can be changed later.
   * @default - the value of the release
   */
  readonly limits?: PackageComputeAmount;

  /**
   * Whether Package objects are accepted without the controller's checks (its admission webhooks). Can be changed later.
   * @default false
   */
  readonly disableWebhooks?: boolean;
}

/** Options of the job that renews the login to the registry of curated packages. Only for a cluster that manages itself. */
export interface PackageCronJobOptions extends PackageImageOptions {
  /**
   * Whether to omit the job: you must then renew the login yourself, which expires after twelve hours. Can be changed later.
   * @default false
   */
  readonly disable?: boolean;
}
