import { native } from '../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../private/kubernetes/object';
import { grafanaDashboard } from './grafana-dashboard';
import { PROMETHEUS_RULES } from './prometheus-rules';

const LABELS = {
  'app.kubernetes.io/name': 'hybridge',
  'app.kubernetes.io/component': 'monitoring',
  'app.kubernetes.io/managed-by': 'cdk-hybridge',
};

/**
 * Alerts as the Prometheus Operator takes them, and a dashboard as Grafana's sidecar takes it.
 *
 * @param ruleLabels what the operator's ruleSelector asks for
 */
export function monitoringObjects(namespace: string, ruleLabels: Readonly<Record<string, string>>): readonly KubernetesObject[] {
  return [
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'hybridge-gateways', namespace, labels: { ...LABELS, ...ruleLabels } },
      spec: {
        groups: [
          {
            name: 'gateways',
            rules: PROMETHEUS_RULES.map(({ alert, expr, for: lasting, severity, summary }) => ({
              alert,
              expr,
              for: lasting,
              labels: { severity },
              annotations: { summary },
            })),
          },
        ],
      },
    },
    native({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'hybridge-gateways-dashboard', namespace, labels: { ...LABELS, grafana_dashboard: '1' } },
      data: { 'hybridge-gateways.json': JSON.stringify(grafanaDashboard()) },
    }),
  ];
}
