/** Custom resource: the version of an add-on that Amazon EKS chooses for a version of Kubernetes. Makes nothing. */
import { paginateDescribeAddonVersions } from '@aws-sdk/client-eks';
import type { EKSClient } from '@aws-sdk/client-eks';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';

/**
 * Properties: `AddonName`, `KubernetesVersion`. Attribute: `Version`.
 *
 * @throws Error when EKS has no default of the add-on for the version
 */
export async function addonVersion(event: CustomResourceEvent, eks: EKSClient): Promise<CustomResourceResult> {
  const physicalId = addonVersionId(event);
  if (event.RequestType === 'Delete') return { physicalId };
  const [addonName, kubernetesVersion] = [textProperty(event, 'AddonName'), textProperty(event, 'KubernetesVersion')];
  for await (const page of paginateDescribeAddonVersions({ client: eks }, { addonName, kubernetesVersion })) {
    const versions = (page.addons ?? []).flatMap(({ addonVersions = [] }) => addonVersions);
    const chosen = versions.find(({ compatibilities = [] }) =>
      compatibilities.some(({ clusterVersion, defaultVersion }) => defaultVersion && clusterVersion === kubernetesVersion));
    if (chosen?.addonVersion) return { physicalId, attributes: { Version: chosen.addonVersion } };
  }
  throw new Error(
    `add-on ${addonName}: Amazon EKS has no default version for Kubernetes ${kubernetesVersion}: give its version to the cluster's addons`,
  );
}

/** The same for every version: a new one is an update, not a replacement. */
export function addonVersionId({ LogicalResourceId }: CustomResourceEvent): string {
  return `addon-version/${LogicalResourceId}`;
}
