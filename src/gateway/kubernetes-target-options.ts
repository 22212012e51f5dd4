/** How Prometheus finds the nodes of a plane. */
export enum MetricsDiscovery {
  /** By the annotations `prometheus.io/scrape`, `port` and `path` of the pods. */
  ANNOTATIONS = 'annotations',

  /** By a ServiceMonitor of the Prometheus Operator; its definition (`monitoring.coreos.com/v1`) must be in the cluster. */
  SERVICE_MONITOR = 'service-monitor',
}

/** Options of all targets on Kubernetes. */
export interface KubernetesTargetOptions {
  /**
   * Maximum number of nodes: a HorizontalPodAutoscaler keeps the number between the plane's `replicas` and this.
   * Data planes only. It needs the Kubernetes metrics server; without one the number stays at `replicas`.
   *
   * @default - `replicas`, without scaling
   */
  readonly maxReplicas?: number;

  /**
   * Target CPU utilization for scaling, in percent of the pods' request, 10 to 90. Needs `maxReplicas`. The default
   * leaves room for two nodes to carry the load of three for a minute, until Kubernetes has seen the load and started a
   * node.
   *
   * @default 60
   */
  readonly cpuPercent?: number;

  /**
   * Whether the proxy of a data plane sees the consumers' addresses, which logs show and plugins limit by. Behind a
   * Network Load Balancer, pods of the same cluster then have to call the Service
   * (`<plane>-proxy.<plane>.svc.cluster.local`): a connection through the load balancer to a pod on their own machine
   * is lost. On a site, machines without a pod of the plane answer no consumer; without client addresses they pass
   * connections on. With `Exposure.kubeVip()` it takes effect on clusters without worker nodes only.
   *
   * @default true
   */
  readonly preserveClientAddresses?: boolean;

  /**
   * How Prometheus finds the nodes: `/metrics` of the status API, port 8100. Metrics of requests, and with
   * Kong's chart all metrics, need the plugin `prometheus`.
   *
   * @default - Prometheus does not find them
   */
  readonly metricsDiscovery?: MetricsDiscovery;

  /**
   * Labels of the ServiceMonitor. They must match the `serviceMonitorSelector` of Prometheus; otherwise the
   * operator ignores it. Needs `MetricsDiscovery.SERVICE_MONITOR`.
   *
   * @default - { release: 'kube-prometheus-stack' }, which that chart selects
   */
  readonly serviceMonitorLabels?: { [key: string]: string };
}
