/**
 * Alerts for Prometheus, over the metrics of the plugin `prometheus`, which have the names of Kong Gateway 3.9, and those of the packaged
 * gateway itself, `hybridge_*`.
 */

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
}

const ALL = 'sum by (namespace, service) (rate(kong_http_requests_total[5m]))';

/** Histograms are in milliseconds. */
const slowest = (metric: string) => `histogram_quantile(0.99, sum by (le, namespace) (rate(${metric}_bucket[5m])))`;

const worst = (metric: string, label = '') => `max by (namespace${label}) (${metric})`;

export const PROMETHEUS_RULES: readonly Rule[] = [
  {
    alert: 'GatewayServerErrors',
    for: '5m',
    severity: 'critical',
    expr: `sum by (namespace, service) (rate(kong_http_requests_total{code=~"5.."}[5m])) / ${ALL} > 0.05 and ${ALL} > 1`,
    summary: 'More than 5 % of the requests to {{ $labels.service }} fail',
  },
  {
    alert: 'GatewaySlowAnswers',
    for: '10m',
    severity: 'warning',
    expr: `${slowest('kong_request_latency_ms')} > 3000`,
    summary: 'One request of a hundred takes more than 3 s',
  },
  {
    alert: 'GatewaySlowItself',
    for: '10m',
    severity: 'warning',
    expr: `${slowest('kong_kong_latency_ms')} > 100`,
    summary: 'One request of a hundred spends more than 100 ms in the gateway',
  },
  {
    alert: 'GatewayTargetUnhealthy',
    for: '5m',
    severity: 'warning',
    expr: 'max by (namespace, upstream, target) (kong_upstream_target_health{state=~"unhealthy|dns_error"}) == 1',
    summary: 'The target {{ $labels.target }} of {{ $labels.upstream }} does not answer',
  },
  {
    alert: 'GatewayDatabaseUnreachable',
    for: '2m',
    severity: 'critical',
    expr: 'min by (namespace) (kong_datastore_reachable) == 0',
    summary: 'A control plane cannot reach its database',
  },
  {
    alert: 'GatewayDataPlaneSilent',
    for: '1m',
    severity: 'warning',
    // Nodes ping every 30 s. Who is gone for good is forgotten after cluster_data_plane_purge_delay, 14 days.
    expr: 'time() - max by (namespace, node_id, hostname) (kong_data_plane_last_seen) > 120',
    summary: 'The control plane has not heard of the node {{ $labels.hostname }} for two minutes',
  },
  {
    alert: 'GatewayTunnelDown',
    for: '5m',
    severity: 'warning',
    expr: 'min by (namespace) (kong_control_plane_connected) == 0',
    summary: 'A node of a data plane is not connected: it serves what it has, and hears of no change',
  },
  {
    alert: 'GatewayConfigurationRefused',
    for: '2m',
    severity: 'critical',
    expr: `${worst('hybridge_data_plane_configuration_refused', ', hostname')} > 0 or ${worst('hybridge_configuration_refused')} > 0`,
    summary: 'A node of a data plane refused the newest configuration and runs the one before: /clustering/data-planes says why',
  },
  {
    alert: 'GatewayConfigurationQuarantined',
    for: '2m',
    severity: 'warning',
    expr: `${worst('hybridge_data_plane_quarantined_entities', ', hostname')} > 0 or ${worst('hybridge_quarantined_entities')} > 0`,
    summary: 'A node of a data plane does not serve some entities of the configuration: /clustering/data-planes names them',
  },
  {
    alert: 'GatewayCertificateEnds',
    for: '1h',
    severity: 'warning',
    expr: 'min by (namespace) (kong_data_plane_cluster_cert_expiry_timestamp) - time() < 14 * 86400',
    summary: "The certificate of a data plane's tunnel ends within two weeks",
  },
  {
    alert: 'GatewayMetricErrors',
    for: '0m',
    severity: 'warning',
    expr: 'increase(kong_nginx_metric_errors_total[15m]) > 0',
    summary: 'A node could not count: its metrics are not complete',
  },
  { alert: 'GatewayAbsent', for: '5m', severity: 'critical', expr: 'absent(kong_node_info)', summary: 'No node of a gateway is scraped' },
];
