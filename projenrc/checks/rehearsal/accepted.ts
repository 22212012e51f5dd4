/** Findings that are accepted, each with its reason. One that no program has any more fails, so that the table stays true. */
import type { Finding } from './finding';

export interface Accepted {
  /** `scenario/rule`. */
  readonly rule: string;
  /** Construct paths. */
  readonly path: RegExp;
  /** What is needed, where a rule tells several things of one resource. */
  readonly what?: RegExp;
  readonly reason: string;
}

export const ACCEPTED: readonly Accepted[] = [
  {
    rule: 'create/policy-before-use',
    path: /\/FlowLog$/,
    reason: 'Flow logs of a VPC are made by CDK. They deliver once the role may: the first minute of a network is not recorded.',
  },
  {
    rule: 'create/namespace-first',
    path: /^Watching\/Observability\/KubernetesMonitoring/,
    what: /namespace monitoring$/,
    reason: 'Users install the Prometheus Operator between two stacks, with its namespace: examples/integrations/README.md.',
  },
  {
    rule: 'create/kind-known',
    path: /KubernetesMonitoring|Workload/,
    what: /PrometheusRule|ServiceMonitor/,
    reason: 'Only on request, and the request says that the Prometheus Operator is there: users install it, before this stack.',
  },
  {
    rule: 'rollback/name-stays',
    path: /Issuer\/Bucket$/,
    reason: 'Tokens name the bucket of their issuer: it is kept. docs/when-a-deployment-fails.md says how to delete it.',
  },
  {
    rule: 'rollback/name-stays',
    path: /\/Fallback\/Bucket$/,
    reason: 'Planes in other regions name the bucket, and it is kept. docs/when-a-deployment-fails.md says how to delete it.',
  },
  {
    rule: 'update/type-changes',
    path: /ControlPlane\/Database\//,
    reason: 'Another kind of database is another database, whose data people move: CloudFormation refuses before it touches the old one.',
  },
  {
    rule: 'update/name-collides',
    path: /(Cache|Serverless)\/Users?$/,
    reason: 'ValkeyCache sets engine and user name; no property of it changes them.',
  },
  {
    rule: 'update/name-collides',
    path: /Serverless$/,
    what: /SubnetIds/,
    reason: 'The name of a serverless cache carries a digest of its subnets: test/caching/valkey-cache.test.ts.',
  },
  {
    rule: 'update/name-collides',
    path: /\/Access$/,
    what: /another value of Type$/,
    reason: 'HybridNodes sets the type of the access entry; no property of it changes it.',
  },
  {
    rule: 'update/name-collides',
    path: /Cluster\/Resource$/,
    what: /EncryptionConfig|KubernetesNetworkConfig/,
    reason: 'Users name this cluster; the docstring of clusterName says that what replaces a cluster needs another name.',
  },
];

export function acceptedBy(finding: Finding, table: readonly Accepted[] = ACCEPTED): Accepted | undefined {
  return table.find(({ rule, path, what }) =>
    rule === `${finding.scenario}/${finding.rule}` && path.test(finding.path) && (what === undefined || what.test(finding.what)));
}
