import { FLUX_KIND, OLD_FLUX_KIND } from '../eksa/documents/identity';
import { shown } from '../private/input/place';

/** Branch and folder of the repository that Flux follows. Fixed once set, except for `secretStore`. */
export interface FluxOptions {
  /**
   * Branch: two characters or more, at most one `/` or `.`, and a dash only after it.
   * @default main
   */
  readonly branch?: string;

  /**
   * Folder in the repository for the clusters of this management cluster.
   * @default - `clusters/<name of the management cluster>`
   */
  readonly path?: string;

  /**
   * Name of a ClusterSecretStore of the External Secrets Operator, on the management cluster, that reads AWS Secrets
   * Manager. BMC credentials in Secrets Manager come from it. Can be changed later.
   * @default - create the Secrets with BMC credentials with `hybridge eksa hardware --secrets`
   */
  readonly secretStore?: string;

  /**
   * Kubernetes namespace that Flux runs in.
   * @default flux-system
   */
  readonly namespace?: string;

  /**
   * Name of the FluxConfig or GitOpsConfig, if that of an existing cluster differs from the default. Fixed
   * once the cluster exists.
   * @default - the cluster's name
   */
  readonly configName?: string;
}

/** Options of a repository on GitHub. Fixed once set. */
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

/** Options of a repository on any Git server. Fixed once set. */
export interface FluxGitOptions extends FluxOptions {
  /** URL of the repository, with `ssh://`. */
  readonly repositoryUrl: string;

  /**
   * Algorithm of the private key.
   * @default SshKeyAlgorithm.ECDSA
   */
  readonly sshKeyAlgorithm?: SshKeyAlgorithm;
}

/** Flux, which applies the cluster's documents from a Git repository. All of it is fixed once set, except for `secretStore`. */
export class FluxSync {
  /**
   * A repository on GitHub. The CLI reads the token from `EKSA_GITHUB_TOKEN`.
   */
  public static github(options: FluxGithubOptions): FluxSync {
    const { owner, repository, personal } = options;
    return new FluxSync(FLUX_KIND, { ...common('FluxSync.github', options), github: { owner, repository, personal } }, options);
  }

  /**
   * A repository on GitHub in the deprecated form, a GitOpsConfig: for a cluster that was created with one, because the
   * reference to it is fixed. For all others use `github`.
   */
  public static gitOpsConfig(options: FluxGithubOptions): FluxSync {
    const { owner, repository, personal } = options;
    const { branch, clusterConfigPath, systemNamespace } = common('FluxSync.gitOpsConfig', options);
    return new FluxSync(
      OLD_FLUX_KIND,
      { flux: { github: { owner, repository, personal, branch, clusterConfigPath, fluxSystemNamespace: systemNamespace } } },
      options,
    );
  }

  /**
   * A repository on any Git server, reached by SSH. The CLI reads the private key from the file that
   * `EKSA_GIT_PRIVATE_KEY` names, and the server's key from the one that `EKSA_GIT_KNOWN_HOSTS` names.
   */
  public static git(options: FluxGitOptions): FluxSync {
    return new FluxSync(
      FLUX_KIND,
      { ...common('FluxSync.git', options), git: { repositoryUrl: options.repositoryUrl, sshKeyAlgorithm: options.sshKeyAlgorithm } },
      options,
    );
  }

  private constructor(
    /**
     * Kind of the document.
     * @internal
     */
    public readonly _kind: string,
    /**
     * Its spec.
     * @internal
     */
    public readonly _spec: object,
    /**
     * The options that it was created with.
     * @internal
     */
    public readonly _options: FluxOptions,
  ) {}
}

function common(method: string, { branch, path, namespace }: FluxOptions) {
  if (path !== undefined && (path.startsWith('/') || path.split('/').some((part) => part === '..' || part === '.'))) {
    throw new Error(`${method}: path: got ${shown(path)}, expected a folder in the repository, such as clusters/site`);
  }
  return { branch: branch ?? 'main', clusterConfigPath: path, systemNamespace: namespace ?? 'flux-system' };
}
