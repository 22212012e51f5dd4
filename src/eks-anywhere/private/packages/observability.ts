import { SizeRoundingBehavior } from 'aws-cdk-lib';
import type { AdotOptions, PrometheusOptions } from '../../packages/observability';
import { AdotMode } from '../../packages/observability';
import type { PackageForCluster } from './package-for-cluster';
import { GREATEST_INT32, identity, requireWholeIfGiven, unexpected } from './package-for-cluster';

const NAMESPACE = 'observability';
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

export function prometheus(options: PrometheusOptions): PackageForCluster {
  const common = identity('prometheus', options, { targetNamespace: NAMESPACE });
  const { replicas, retention, storage, nodeExporter } = options;
  requireWholeIfGiven('replicas', replicas, { min: 1, max: GREATEST_INT32 });
  const hours = retention?.toHours({ integral: false });
  requireWholeIfGiven('retention', hours, { min: 1, max: GREATEST_INT32, unit: 'hours' });
  const gibibytes = storage?.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  requireWholeIfGiven('storage', gibibytes, { min: 0, max: GREATEST_INT32, unit: 'GiB' });
  return () => ({
    ...common,
    config: {
      server: {
        replicaCount: replicas,
        // With a Deployment all servers would share one volume.
        statefulSet: { enabled: replicas !== undefined && replicas > 1 ? true : undefined },
        retention: hours === undefined ? undefined : `${hours}h`,
        persistentVolume: gibibytes === 0 ? { enabled: false } : { size: gibibytes === undefined ? undefined : `${gibibytes}Gi` },
      },
      nodeExporter: { enabled: nodeExporter },
    },
  });
}

export function adot(options: AdotOptions): PackageForCluster {
  const common = identity('adot', options, { targetNamespace: NAMESPACE });
  const { mode = AdotMode.DAEMON_SET, replicas, collector, roleArn, serviceAccountName } = options;
  requireWholeIfGiven('replicas', replicas, { min: 1, max: GREATEST_INT32 });
  if (replicas !== undefined && mode === AdotMode.DAEMON_SET) {
    throw unexpected('replicas', replicas, 'none: a daemon set has one collector on each node, so set another mode or omit replicas');
  }
  if (roleArn !== undefined && !ROLE_ARN.test(roleArn)) {
    throw unexpected('roleArn', roleArn, 'the ARN of a role, such as arn:aws:iam::123456789012:role/collector');
  }
  if (roleArn !== undefined && serviceAccountName === undefined) {
    throw unexpected('serviceAccountName', serviceAccountName, 'the name of the service account that the trust policy of roleArn allows');
  }
  return () => ({
    ...common,
    config: {
      mode,
      replicaCount: replicas,
      serviceAccount: {
        name: serviceAccountName,
        annotations: roleArn === undefined ? undefined : { 'eks.amazonaws.com/role-arn': roleArn },
      },
      config: collector,
    },
  });
}
