import { SizeRoundingBehavior } from 'aws-cdk-lib';
import type { AdotOptions, PrometheusOptions } from '../../packages/observability';
import { AdotMode } from '../../packages/observability';
import type { PackageForCluster } from './package-for-cluster';
import { identity, requireWhole, wrong } from './package-for-cluster';

const NAMESPACE = 'observability';
/** What a number in Kubernetes' fields can be. */
const GREATEST = 2 ** 31 - 1;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

export function prometheus(options: PrometheusOptions): PackageForCluster {
  const method = 'Package.prometheus';
  const common = identity(method, 'prometheus', options, { targetNamespace: NAMESPACE });
  const { replicas, retention, storage, nodeExporter } = options;
  requireWhole(method, 'replicas', replicas, 1, GREATEST);
  const hours = retention?.toHours({ integral: false });
  requireWhole(method, 'retention in hours', hours, 1, GREATEST);
  const gibibytes = storage?.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  requireWhole(method, 'storage in GiB', gibibytes, 0, GREATEST);
  return () => ({
    ...common,
    config: {
      server: {
        replicaCount: replicas,
        // A deployment would give all servers one volume.
        statefulSet: { enabled: replicas !== undefined && replicas > 1 ? true : undefined },
        retention: hours === undefined ? undefined : `${hours}h`,
        persistentVolume: gibibytes === 0 ? { enabled: false } : { size: gibibytes === undefined ? undefined : `${gibibytes}Gi` },
      },
      nodeExporter: { enabled: nodeExporter },
    },
  });
}

export function adot(options: AdotOptions): PackageForCluster {
  const method = 'Package.adot';
  const common = identity(method, 'adot', options, { targetNamespace: NAMESPACE });
  const { mode = AdotMode.DAEMON_SET, replicas, collector, roleArn, serviceAccountName } = options;
  requireWhole(method, 'replicas', replicas, 1, GREATEST);
  if (replicas !== undefined && mode === AdotMode.DAEMON_SET) {
    throw new Error(
      `${method}: replicas is ${replicas}, but a daemon set has one collector on each node: choose another mode, or leave replicas out`,
    );
  }
  if (roleArn !== undefined && !ROLE_ARN.test(roleArn)) {
    throw wrong(method, 'roleArn', roleArn, 'the ARN of a role, such as arn:aws:iam::123456789012:role/collector');
  }
  if (roleArn !== undefined && serviceAccountName === undefined) {
    throw new Error(
      `${method}: serviceAccountName is missing; roleArn trusts one service account, so that has to be called as the role expects`,
    );
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
