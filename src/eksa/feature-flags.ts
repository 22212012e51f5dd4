/** Which feature flags of the tools a cluster needs: variables that have to be `true` wherever `eksctl anywhere` runs. */
import type { ClusterDocument, Document } from './model/document';
import type { FeatureFlag } from './rules/rule';

interface NeededFlag {
  readonly flag: FeatureFlag;
  readonly isNeeded: (cluster: ClusterDocument) => boolean;
}

const FLAGS: readonly NeededFlag[] = [
  { flag: 'API_SERVER_EXTRA_ARGS_ENABLED', isNeeded: ({ spec }) => spec?.controlPlaneConfiguration?.apiServerExtraArgs !== undefined },
  {
    flag: 'VSPHERE_IN_PLACE_UPGRADE',
    isNeeded: ({ spec }) => spec?.datacenterRef?.kind === 'VSphereDatacenterConfig' && isUpgradedInPlace(spec),
  },
];

function isUpgradedInPlace({
  controlPlaneConfiguration,
  workerNodeGroupConfigurations = [],
}: NonNullable<ClusterDocument['spec']>): boolean {
  return [controlPlaneConfiguration, ...workerNodeGroupConfigurations].some((group) => group?.upgradeRolloutStrategy?.type === 'InPlace');
}

/** All that are known. */
export const FEATURE_FLAGS: readonly FeatureFlag[] = FLAGS.map(({ flag }) => flag);

/** @returns none where the documents hold no Cluster */
export function neededFlags(documents: readonly Document[]): FeatureFlag[] {
  const cluster = documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined;
  return cluster ? FLAGS.filter(({ isNeeded }) => isNeeded(cluster)).map(({ flag }) => flag) : [];
}
