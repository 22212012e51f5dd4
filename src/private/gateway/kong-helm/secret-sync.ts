import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import type { IConstruct } from 'constructs';

const SECRETS_PROVIDER = 'aws-secrets-store-csi-driver-provider';

/** What the add-on calls the part that makes Secrets of what it mounts. */
const SYNC = { 'secrets-store-csi-driver': { syncSecret: { enabled: true } } };

/** Lets the add-on of a `CloudCluster` make Secrets of what it mounts; other clusters have to be set up so. */
export function syncSecrets(cluster: IConstruct): void {
  const siblings = cluster.node.scope?.node.children ?? [];
  const addon = siblings.find((child): child is CfnAddon => child instanceof CfnAddon && child.addonName === SECRETS_PROVIDER);
  if (addon) addon.configurationValues = JSON.stringify({ ...JSON.parse(addon.configurationValues ?? '{}'), ...SYNC });
}
