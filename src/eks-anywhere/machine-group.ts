/** A user of the nodes' operating system and its public keys. */
export interface NodeLogin {
  /**
   * Name of the user. On bare metal fixed once the cluster exists.
   * @default - `sshUser` of the cluster
   */
  readonly user?: string;

  /**
   * Public SSH keys, each one line of OpenSSH's format; at least one. EKS Anywhere installs the first only: further
   * ones are for clusters that already name them, because on bare metal their number is fixed once the cluster exists.
   */
  readonly keys: string[];

  /**
   * Further users, each with its public keys. EKS Anywhere creates the first user only: these are for clusters that
   * already name them, because on bare metal their number is fixed once the cluster exists.
   * @default - none
   */
  readonly furtherUsers?: { [user: string]: string[] };
}

/** Options that can differ between the groups of a cluster whose nodes are machines, physical or virtual. */
export interface MachineGroupOptions {
  /**
   * Name of the machine configuration, if that of an existing cluster differs from the default. Groups of
   * one name share one machine configuration, and must have the same machine options. On bare metal fixed once the cluster
   * exists; elsewhere it can be changed later.
   * @default - `<cluster>-cp`, `<cluster>-etcd`, `<cluster>-<group>`
   */
  readonly machineConfigName?: string;

  /**
   * Time servers of these nodes: names or addresses. Can be changed later; a change replaces the nodes.
   * @default - `timeServers` of the cluster
   */
  readonly timeServers?: string[];

  /**
   * User and keys that can log in to these nodes. On bare metal the first user and its first key are fixed once the cluster exists; on
   * vSphere a change replaces the nodes.
   * @default - `sshUser` with `sshKey` of the cluster
   */
  readonly login?: NodeLogin;
}
