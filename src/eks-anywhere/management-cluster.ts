/** A cluster that creates and upgrades others: one of this app, or one known by its name. */
export interface IManagementCluster {
  /** Name of the cluster. */
  readonly clusterName: string;

  /** Name of the cluster that manages this one; undefined for a cluster that manages itself, as a management cluster must. */
  readonly managementClusterName?: string;
}

/** Management clusters that this app does not create. */
export class ManagementCluster {
  /**
   * A management cluster that exists, or that another app creates. Only its name is known here: the EKS Anywhere CLI checks
   * that it exists and manages itself when it creates the workload cluster.
   *
   * @param clusterName as in its `metadata.name`
   */
  public static fromClusterName(clusterName: string): IManagementCluster {
    return { clusterName };
  }

  private constructor() {}
}
