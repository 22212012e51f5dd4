/** Where in a repository Flux looks. */
export interface FluxOptions {
  /**
   * Branch: two characters or more, at most one `/` or `.`, and a dash only after it.
   * @default main
   */
  readonly branch?: string;

  /**
   * Folder for the clusters of this management cluster.
   * @default - `clusters/<name of the management cluster>`
   */
  readonly path?: string;

  /**
   * Kubernetes namespace that Flux runs in.
   * @default flux-system
   */
  readonly namespace?: string;
}

/** Options of a repository on GitHub. */
export interface FluxGithubOptions extends FluxOptions {
  /** User or organisation that owns the repository. */
  readonly owner: string;

  /** Name of the repository. */
  readonly repository: string;

  /**
   * Whether the owner is a person and not an organisation.
   * @default false
   */
  readonly personal?: boolean;
}

/** Algorithms of SSH keys. */
export enum SshKeyAlgorithm {
  /** RSA. */
  RSA = 'rsa',
  /** ECDSA. */
  ECDSA = 'ecdsa',
  /** Ed25519. */
  ED25519 = 'ed25519',
}

/** Options of a repository on any Git server. */
export interface FluxGitOptions extends FluxOptions {
  /** URL of the repository, with `ssh://`. */
  readonly repositoryUrl: string;

  /**
   * Algorithm of the private key.
   * @default SshKeyAlgorithm.ECDSA
   */
  readonly sshKeyAlgorithm?: SshKeyAlgorithm;
}

/** Flux, which keeps the cluster as a Git repository says. Everything about it is fixed once it is set. */
export class FluxSync {
  /**
   * A repository on GitHub. The CLI reads the token from `EKSA_GITHUB_TOKEN`.
   */
  public static github(options: FluxGithubOptions): FluxSync {
    const { owner, repository, personal } = options;
    return new FluxSync({ ...common(options), github: { owner, repository, personal } });
  }

  /**
   * A repository on any Git server, reached by SSH. The CLI reads the private key from the file that `EKSA_GIT_PRIVATE_KEY` names, and the server's
   * key from the one that `EKSA_GIT_KNOWN_HOSTS` names.
   */
  public static git(options: FluxGitOptions): FluxSync {
    return new FluxSync({ ...common(options), git: { repositoryUrl: options.repositoryUrl, sshKeyAlgorithm: options.sshKeyAlgorithm } });
  }

  private constructor(
    /**
     * Spec of the FluxConfig.
     * @internal
     */
    public readonly _spec: object,
  ) {}
}

function common({ branch, path, namespace }: FluxOptions) {
  return { branch: branch ?? 'main', clusterConfigPath: path, systemNamespace: namespace ?? 'flux-system' };
}
