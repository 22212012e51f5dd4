import { Duration } from 'aws-cdk-lib';
import { bundlePackage } from '../../../eksa/packages/bundle';
import { formatDuration } from '../../../eksa/syntax/duration';
import { isDnsSubdomain } from '../../../eksa/syntax/names';
import type {
  CertManagerOptions,
  ClusterAutoscalerOptions,
  CredentialProviderOptions,
  MetricsServerOptions,
} from '../../packages/cluster-services';
import type { PackageForCluster } from './package-for-cluster';
import { identity, requireWholeIfGiven, unexpected } from './package-for-cluster';

/** Lifetime of passwords of Amazon ECR. */
const ECR_PASSWORD = Duration.hours(12);

export function certManager(options: CertManagerOptions): PackageForCluster {
  const common = identity('cert-manager', options, { targetNamespace: 'cert-manager' });
  requireWholeIfGiven('logLevel', options.logLevel, { min: 0, max: 6 });
  return () => ({ ...common, config: { namespace: common.targetNamespace, global: { logLevel: options.logLevel } } });
}

export function clusterAutoscaler(options: ClusterAutoscalerOptions): PackageForCluster {
  const { scaleDownUnneeded, scaleDownDelayAfterAdd } = options;
  const common = identity('cluster-autoscaler', options, { targetNamespace: 'eksa-system' });
  return ({ clusterName, managementClusterName }) => ({
    ...common,
    // The autoscalers of several workload clusters run on one management cluster.
    name: options.name ?? `autoscaler-${clusterName}`,
    installedOn: managementClusterName,
    config: {
      cloudProvider: 'clusterapi',
      autoDiscovery: { clusterName },
      // The autoscaler scales machines of the management cluster, where it runs, by pods and nodes of the workload cluster.
      ...(managementClusterName !== clusterName && {
        clusterAPIMode: 'kubeconfig-incluster',
        clusterAPIKubeconfigSecret: `${clusterName}-kubeconfig`,
      }),
      extraArgs: {
        'scale-down-unneeded-time': scaleDownUnneeded && formatDuration(scaleDownUnneeded.toSeconds()),
        'scale-down-delay-after-add': scaleDownDelayAfterAdd && formatDuration(scaleDownDelayAfterAdd.toSeconds()),
      },
    },
  });
}

export function metricsServer(options: MetricsServerOptions): PackageForCluster {
  const common = identity('metrics-server', options, { targetNamespace: 'kube-system' });
  return () => ({ ...common, config: options.verifyKubelets ? undefined : { args: ['--kubelet-insecure-tls'] } });
}

export function credentialProvider(options: CredentialProviderOptions): PackageForCluster {
  const { matchImages, secretName = 'aws-config', profile = 'default', cacheDuration = Duration.hours(5) } = options;
  const common = identity('credential-provider-package', options, {
    name: 'ecr-credential-provider-package',
    targetNamespace: 'eksa-packages',
  });
  if (matchImages.length === 0) {
    throw unexpected('matchImages', matchImages, 'at least one registry, such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com');
  }
  for (const [at, image] of matchImages.entries()) {
    if (!/^[a-z0-9*.-]+(:\d+)?(\/[\w./*-]+)?$/.test(image)) {
      throw unexpected(`matchImages[${at}]`, image, 'a registry without scheme, such as *.dkr.ecr.*.amazonaws.com');
    }
  }
  if (!isDnsSubdomain(secretName)) throw unexpected('secretName', secretName, 'the name of a Secret');
  if (cacheDuration.toSeconds() < 1 || cacheDuration.toSeconds() >= ECR_PASSWORD.toSeconds()) {
    throw unexpected(
      'cacheDuration',
      formatDuration(cacheDuration.toSeconds()),
      'a second or more, and less than 12 hours, when passwords of Amazon ECR end',
    );
  }
  return () => ({
    ...common,
    annotations: bundlePackage('credential-provider-package')?.annotations,
    config: {
      tolerations: CONTROL_PLANE_TOLERATIONS,
      sourceRegistry: 'public.ecr.aws/eks-anywhere',
      credential: [{ matchImages, profile, secretName, defaultCacheDuration: formatDuration(cacheDuration.toSeconds()) }],
    },
  });
}

/** The nodes of the Kubernetes control plane pull images as well. */
const CONTROL_PLANE_TOLERATIONS = ['control-plane', 'master'].map((role) => ({
  key: `node-role.kubernetes.io/${role}`,
  operator: 'Exists',
  effect: 'NoSchedule',
}));
