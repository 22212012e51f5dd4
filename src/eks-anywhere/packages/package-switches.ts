import type { PackageSwitches } from '../../eksa/model/cluster';
import type { EksAnywhereClusterProps } from '../eks-anywhere-cluster';
import type { PackageComputeAmount, PackageControllerOptions, PackageCronJobOptions } from './package-controller';

/** `spec.packages` of a Cluster; undefined when no property sets it. */
export function packageSwitches({
  curatedPackages,
  packageController,
  packageCronJob,
}: EksAnywhereClusterProps): PackageSwitches | undefined {
  if (curatedPackages === undefined && !packageController && !packageCronJob) return undefined;
  return {
    disable: curatedPackages === undefined ? undefined : !curatedPackages,
    controller: packageController && controller(packageController),
    cronjob: packageCronJob && cronJob(packageCronJob),
  };
}

function controller({
  repository,
  tag,
  digest,
  environment,
  requests,
  limits,
  disableWebhooks,
}: PackageControllerOptions): PackageSwitches['controller'] {
  return {
    repository,
    tag,
    digest,
    disableWebhooks,
    env: environment && Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    resources: requests || limits ? { requests: requests && amount(requests), limits: limits && amount(limits) } : undefined,
  };
}

function amount({ cpu, memory }: PackageComputeAmount): PackageComputeAmount {
  return { cpu, memory };
}

function cronJob({ repository, tag, digest, disable }: PackageCronJobOptions): PackageSwitches['cronjob'] {
  return { repository, tag, digest, disable };
}
