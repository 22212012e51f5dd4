/** Access from a site to the internet: proxies and registry mirrors. */

/**
 * An HTTP proxy between the machines and the internet. Without login, because a password would be in cdk.out. Fixed once
 * the cluster exists.
 */
export interface ProxyOptions {
  /** Proxy for http requests: `host:port` or `http://host:port`. */
  readonly httpProxy: string;

  /** Proxy for https requests: `host:port` or `http://host:port`. */
  readonly httpsProxy: string;

  /**
   * Addresses, networks and domains that bypass the proxy. EKS Anywhere adds those of the cluster.
   * @default - none
   */
  readonly noProxy?: string[];
}

/** Images of one registry, mirrored under a namespace. Can be changed later; a change replaces the nodes. */
export interface RegistryNamespace {
  /** The registry that is mirrored, such as `public.ecr.aws`. */
  readonly registry: string;

  /** The project or path in the mirror with its images; may be empty. */
  readonly namespace: string;
}

/** A container registry at the site with copies of all images. Can be changed later; a change replaces the nodes. */
export interface RegistryMirrorOptions {
  /** Host name or address of the mirror, without scheme. */
  readonly endpoint: string;

  /**
   * Port of the mirror, from 1 to 65535.
   * @default 443
   */
  readonly port?: number;

  /**
   * Where the mirror has the images of each registry; at most one may be the registry of curated packages.
   * @default - at the mirror's root
   */
  readonly namespaces?: RegistryNamespace[];

  /**
   * Certificate of the authority that signed the mirror's certificate, in PEM.
   * @default - a public authority signed it
   */
  readonly caCertificate?: string;

  /**
   * Whether the mirror requires a login: the CLI then reads `REGISTRY_USERNAME` and `REGISTRY_PASSWORD` from its environment.
   * @default false
   */
  readonly authenticate?: boolean;

  /**
   * Whether to skip the check of the mirror's certificate. Not on Bottlerocket.
   * @default false
   */
  readonly insecureSkipVerify?: boolean;
}
