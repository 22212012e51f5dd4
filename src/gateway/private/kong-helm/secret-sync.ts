import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import type { IConstruct } from 'constructs';

const SECRETS_PROVIDER = 'aws-secrets-store-csi-driver-provider';

/** The part of the add-on that mounts, and makes Secrets of what it mounts. */
const DRIVER = 'secrets-store-csi-driver';

/** Lets the add-on of a `CloudCluster` make Secrets of what it mounts; other clusters have to be set up so. */
export function syncSecrets(cluster: IConstruct): void {
  const siblings = cluster.node.scope?.node.children ?? [];
  const addon = siblings.find((child): child is CfnAddon => child instanceof CfnAddon && child.addonName === SECRETS_PROVIDER);
  if (!addon) return;
  const configuration = JSON.parse(addon.configurationValues ?? '{}');
  addon.configurationValues = JSON.stringify({ ...configuration, [DRIVER]: { ...configuration[DRIVER], syncSecret: { enabled: true } } });
}
