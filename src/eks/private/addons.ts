/** Which add-ons of EKS a cluster has, and how they are made. */
import { Token } from 'aws-cdk-lib';
import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { shown } from '../../private/input/place';
import { podRole } from '../../private/kubernetes/pod-role';
import type { ClusterAddon } from '../cluster-addon';
import { AddonVersions } from './addon-versions';
import { INSIGHTS_ADDON } from './container-insights';
import { CONNECTOR, CONNECTOR_ADDON, connectorIdentity } from './private-ca-connector';

/** An add-on as the tables below have it. */
interface AddonEntry {
  readonly name: string;
  /** Of the construct. */
  readonly id: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly identity?: { readonly serviceAccount: string; readonly managedPolicy: string };
  /** Nodes become ready only with it. */
  readonly isForNodes?: boolean;
}

/** What decides which add-ons a cluster needs. */
interface AddonSituation {
  readonly isAutoMode: boolean;
  /** Whether machines outside AWS join. */
  readonly isHybrid: boolean;
  /** Version of Kubernetes, such as 1.36. */
  readonly kubernetesVersion: string;
}

/** Mounts secrets of AWS Secrets Manager into pods (docs/decisions/0005-secrets-reach-pods-as-files.md). */
const SECRETS_PROVIDER: AddonEntry = {
  name: 'aws-secrets-store-csi-driver-provider',
  id: 'SecretsProvider',
  // Mounted files follow their secrets within two minutes: certificates and passwords change without a restart.
  configuration: { 'secrets-store-csi-driver': { enableSecretRotation: true, rotationPollInterval: '2m' } },
};

/** What HorizontalPodAutoscaler objects look at. */
const METRICS: AddonEntry = { name: 'metrics-server', id: 'Metrics' };

/** Pod metrics in CloudWatch, if the add-on is requested: it does nothing without a role. */
const INSIGHTS: AddonEntry = {
  name: INSIGHTS_ADDON,
  id: 'Insights',
  identity: { serviceAccount: 'cloudwatch-agent', managedPolicy: 'CloudWatchAgentServerPolicy' },
};

const CERT_MANAGER = 'cert-manager';

const PROXY: AddonEntry = { name: 'kube-proxy', id: 'Proxy', isForNodes: true };
const DNS: AddonEntry = { name: 'coredns', id: 'Dns' };

/** Machines outside AWS have no metadata service: there the agent reads a file, in a DaemonSet of its own. */
function podIdentityAgent(isHybrid: boolean): AddonEntry {
  return {
    name: 'eks-pod-identity-agent',
    id: 'PodIdentityAgent',
    isForNodes: true,
    ...(isHybrid && { configuration: { daemonsets: { hybrid: { create: true } } } }),
  };
}

const NETWORK: AddonEntry = {
  name: 'vpc-cni',
  id: 'Network',
  isForNodes: true,
  // Without it NetworkPolicy objects are kept and ignored; enforcing them is a string here.
  configuration: { enableNetworkPolicy: 'true' },
  identity: { serviceAccount: 'aws-node', managedPolicy: 'AmazonEKS_CNI_Policy' },
};

const VOLUMES: AddonEntry = {
  name: 'aws-ebs-csi-driver',
  id: 'Volumes',
  identity: { serviceAccount: 'ebs-csi-controller-sa', managedPolicy: 'service-role/AmazonEBSCSIDriverPolicy' },
};

/** Part of Auto Mode, for its own nodes. */
const IN_AUTO_MODE = [NETWORK.name, VOLUMES.name];
/** Part of Auto Mode for its own nodes, but not for machines outside AWS. */
const IN_AUTO_MODE_ON_AWS = [PROXY.name, DNS.name, 'eks-pod-identity-agent'];

function defaults({ isAutoMode, isHybrid }: AddonSituation): readonly AddonEntry[] {
  if (!isAutoMode) return [podIdentityAgent(isHybrid), NETWORK, PROXY, DNS, VOLUMES, SECRETS_PROVIDER, METRICS];
  return [...isHybrid ? [podIdentityAgent(isHybrid), PROXY, DNS] : [], SECRETS_PROVIDER, METRICS];
}

/** The cluster's add-ons: those that it needs, with what the user changes in them, and those that the user adds. */
export class EksAddons {
  /** What nodes need to become ready. */
  readonly forNodes: readonly CfnAddon[];
  /** What runs on nodes. */
  readonly onNodes: readonly CfnAddon[];

  /** @throws Error that names the property */
  constructor(
    private readonly scope: Construct,
    private readonly cluster: eks.ICluster,
    private readonly situation: AddonSituation,
    given: readonly ClusterAddon[],
  ) {
    this.refuse(given);
    const own = defaults(situation);
    const further = given
      .filter(({ name }) => !own.some((entry) => entry.name === name))
      .map(({ name }) => (name === INSIGHTS.name ? INSIGHTS : { name, id: `Addon-${name}` }));
    const made = [...own, ...further].map((entry: AddonEntry) => ({
      entry,
      addon: this.make(
        entry,
        given.find(({ name }) => name === entry.name),
      ),
    }));
    this.forNodes = made.filter(({ entry }) => entry.isForNodes).map(({ addon }) => addon);
    this.onNodes = made.filter(({ entry }) => !entry.isForNodes).map(({ addon }) => addon);
    const addonOf = (name: string) => made.find(({ entry }) => entry.name === name)?.addon;
    this.awaitAgent(addonOf('eks-pod-identity-agent'));
    this.prepareConnector(addonOf(CONNECTOR_ADDON), addonOf(CERT_MANAGER), given);
  }

  private make(entry: AddonEntry, given: ClusterAddon | undefined): CfnAddon {
    const configuration = { ...entry.configuration, ...given?.configuration };
    const roles = { ...this.ownRole(entry, given), ...given?.podRoles };
    const associations = Object.entries(roles).map(([serviceAccount, { roleArn }]) => ({ serviceAccount, roleArn }));
    return new CfnAddon(this.scope, entry.id, {
      clusterName: this.cluster.clusterName,
      addonName: entry.name,
      addonVersion: given?.version ?? this.defaultVersion(entry),
      resolveConflicts: 'OVERWRITE',
      ...(Object.keys(configuration).length > 0 && { configurationValues: JSON.stringify(configuration) }),
      ...(associations.length > 0 && { podIdentityAssociations: associations }),
    });
  }

  /** Of the cluster's version of Kubernetes: raising that one raises the add-on. */
  private defaultVersion({ id, name }: AddonEntry): string {
    return AddonVersions.of(this.scope).versionOf(this.scope, `${id}Version`, name, this.situation.kubernetesVersion);
  }

  private ownRole({ id, identity, name }: AddonEntry, given: ClusterAddon | undefined): Record<string, iam.IRole> {
    if (!identity || given?.podRoles?.[identity.serviceAccount]) return {};
    const role = podRole(this.scope, `${id}Role`, `Add-on ${name}`);
    role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName(identity.managedPolicy));
    return { [identity.serviceAccount]: role };
  }

  /** Roles reach pods through the agent: it is there first. */
  private awaitAgent(agent: CfnAddon | undefined) {
    if (!agent) return;
    [...this.forNodes, ...this.onNodes]
      .filter((addon) => addon !== agent && addon.podIdentityAssociations)
      .forEach((addon) => addon.node.addDependency(agent));
  }

  /** Its pods end at once where the kinds of cert-manager are missing. */
  private prepareConnector(connector: CfnAddon | undefined, certManager: CfnAddon | undefined, given: readonly ClusterAddon[]) {
    if (!connector) return;
    if (certManager) connector.node.addDependency(certManager);
    const role = given.find(({ name }) => name === CONNECTOR_ADDON)?.podRoles?.[CONNECTOR];
    connector.node.addDependency(...connectorIdentity(this.scope, this.cluster, role));
  }

  private refuse(given: readonly ClusterAddon[]) {
    const { isAutoMode, isHybrid } = this.situation;
    const carried = isAutoMode ? [...IN_AUTO_MODE, ...(isHybrid ? [] : IN_AUTO_MODE_ON_AWS)] : [];
    given.forEach(({ name, version }, at) => {
      if (Token.isUnresolved(name) || !/^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(name)) {
        throw new Error(
          `addons[${at}].name: got ${shown(name)}, expected the name of an add-on such as coredns: aws eks `
            + 'describe-addon-versions lists them',
        );
      }
      if (version !== undefined && !Token.isUnresolved(version) && !/^v\d+\.\d+\.\d+-eksbuild\.\d+$/.test(version)) {
        throw new Error(
          `addons[${at}].version: got ${shown(version)}, expected one such as v1.12.1-eksbuild.2: aws eks `
            + `describe-addon-versions --addon-name ${name} lists them`,
        );
      }
      if (carried.includes(name)) {
        throw new Error(
          `addons[${at}].name: got ${name}, which is a part of Auto Mode: leave it out, or choose compute: ClusterCompute.nodeGroups(...)`,
        );
      }
      if (given.findIndex((other) => other.name === name) < at) {
        throw new Error(`addons[${at}].name: got ${name} a second time, expected each add-on once`);
      }
    });
  }
}
