/** The programs that EKS Anywhere runs on a management cluster for curated packages, as `spec.packages` of a Cluster names them. */

/** Where the image of such a program comes from. */
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
   * @default - as the release has it
   */
  readonly cpu?: string;

  /**
   * Memory, such as `450Mi`.
   * @default - as the release has it
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
   * What the controller is certain to get. Can be changed later.
   * @default - as the release has it
   */
  readonly requests?: PackageComputeAmount;

  /**
   * The most that the controller may use. Can be changed later.
   * @default - as the release has it
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
   * Whether there is no such job: something else must keep the login fresh, which expires after twelve hours. Can be changed later.
   * @default false
   */
  readonly disable?: boolean;
}
