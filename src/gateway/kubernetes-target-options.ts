/** How Prometheus finds the nodes of a plane. */
export enum MetricsDiscovery {
  /** By the annotations `prometheus.io/scrape`, `port` and `path` of the pods. */
  ANNOTATIONS = 'annotations',

  /** By a ServiceMonitor, which the Prometheus Operator reads; its definition (`monitoring.coreos.com/v1`) has to be in the cluster. */
  SERVICE_MONITOR = 'service-monitor',
}

/** What targets on Kubernetes have in common. */
export interface KubernetesTargetOptions {
  /**
   * How many nodes at most: a HorizontalPodAutoscaler keeps the number between the plane's `replicas` and this. Data planes only. It reads the use of the
   * processor from the Kubernetes metrics server; without one there are as many nodes as `replicas` says.
   *
   * @default - as many as `replicas`, always
   */
  readonly maxReplicas?: number;

  /**
   * Average use of the processor that scaling aims at, in percent of what the pods request, 10 to 90. Needs `maxReplicas`. With the default, two nodes carry for a minute what three carried: as long as Kubernetes needs to see a load
   * and to start a node.
   *
   * @default 60
   */
  readonly cpuPercent?: number;

  /**
   * How Prometheus finds the nodes: `/metrics` of the status API, port 8100. What is there is the gateway's affair; with Kong's chart its plugin `prometheus` has to be on.
   *
   * @default - it does not
   */
  readonly metricsDiscovery?: MetricsDiscovery;

  /**
   * Labels of the ServiceMonitor, which the `serviceMonitorSelector` of Prometheus asks for: without them the operator leaves it alone. Needs `MetricsDiscovery.SERVICE_MONITOR`.
   *
   * @default - { release: 'kube-prometheus-stack' }, which that chart asks for
   */
  readonly serviceMonitorLabels?: { [key: string]: string };
}
