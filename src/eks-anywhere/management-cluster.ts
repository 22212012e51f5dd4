/** A cluster that creates and upgrades others: one of this app, or one that is named. */
export interface IManagementCluster {
  /** Name of the cluster. */
  readonly clusterName: string;

  /** Name of the cluster that manages this one; undefined for a cluster that manages itself, which a management cluster has to. */
  readonly managementClusterName?: string;
}

/** Management clusters that this app does not create. */
export class ManagementCluster {
  /**
   * A management cluster that exists, or that another app creates. Nothing about it is known here but its name: that it
   * exists and manages itself shows when the workload cluster is created.
   *
   * @param clusterName as in its `metadata.name`
   */
  public static fromClusterName(clusterName: string): IManagementCluster {
    return { clusterName };
  }

  private constructor() {}
}
