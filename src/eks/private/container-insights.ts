/** Whether CloudWatch measures the pods of a cluster. */
import { Stack } from 'aws-cdk-lib';
import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';

/** Add-on of EKS that sends numbers of pods to CloudWatch. */
export const INSIGHTS_ADDON = 'amazon-cloudwatch-observability';

/** Of clusters that are declared here. What an imported one has, only its owner knows: it counts as measured. */
export function hasContainerInsights(cluster: eks.ICluster): boolean {
  if (!(cluster instanceof eks.Cluster)) return true;
  return Stack.of(cluster).node.findAll().some((part) => part instanceof CfnAddon && part.addonName === INSIGHTS_ADDON);
}

/** Why there are no numbers, with the fix. */
export function insightsMissing({ node: { path } }: eks.ICluster): string {
  return `nothing measures the pods of ${path.replace(/\/Resource$/, '')}, expected Container Insights: add { name: `
    + `'${INSIGHTS_ADDON}' } to the addons of the cluster`;
}
