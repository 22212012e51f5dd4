import { Annotations, Stage } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkDocuments, isEarly } from '../eksa/check';
import type { CheckOptions } from '../eksa/check';
import { neededFlags } from '../eksa/feature-flags';
import type { Finding } from '../eksa/finding';
import { repositoryFiles } from '../eksa/gitops/repository';
import type { Hardware } from '../eksa/hardware/hardware-csv';
import type { Document } from '../eksa/model/document';
import { kubeVipAbsence, kubeVipIsBesidePods } from '../eksa/packages/kube-vip';
import { sceneOfDocuments } from '../eksa/picture/scene';
import { drawSvg } from '../eksa/picture/svg';
import type { PropPath } from '../eksa/prop-path';
import { propOf } from '../eksa/prop-path';
import { NEWEST_RELEASE } from '../eksa/releases/release-table';
import { isNewerRelease } from '../eksa/syntax/version';
import { toYaml } from '../eksa/yaml/emit';
import { claimName } from '../private/input/claims';
import { atPlace, shown } from '../private/input/place';
import { kebabCase } from '../private/kubernetes/names';
import type { OutputFiles } from '../private/output-files';
import { writeFilesAtSynthesis } from '../private/output-files';
import type { ClusterEntry } from '../private/topology/document';
import { Topology } from '../private/topology/topology';
import type { CiliumOptions } from './cilium';
import type { FluxSync } from './flux-sync';
import type { IdentityProvider } from './identity-provider';
import type { EksAnywhereKubernetesVersion } from './kubernetes-version';
import type { LicenseToken } from './license-token';
import type { MachineHealthCheck } from './machine-health-check';
import type { IManagementCluster } from './management-cluster';
import type { Package } from './packages/package';
import type { PackageControllerOptions, PackageCronJobOptions } from './packages/package-controller';
import { printOutsideStacks } from './private/annotations';
import { ClusterAddOns } from './private/cluster-add-ons';
import type { ProxyOptions, RegistryMirrorOptions } from './site-network';
import { refuseTokens } from './token-refusal';

/** Properties of every EKS Anywhere cluster. */
export interface EksAnywhereClusterProps {
  /**
   * Name of the cluster: at most 35 lower-case letters, digits and dashes, unique among the clusters of a management cluster.
   * Fixed once the cluster exists.
   * @default - the construct's id in lower case, words joined by dashes
   */
  readonly clusterName?: string;

  /**
   * Kubernetes namespace of the Cluster object and of all objects that it refers to, on the management cluster. Fixed
   * once the cluster exists.
   * @default - `default`, and the files do not name it
   */
  readonly namespace?: string;

  /**
   * Name of the datacenter configuration, if that of an existing cluster differs from the default. Fixed
   * once the cluster exists.
   * @default - the cluster's name
   */
  readonly datacenterConfigName?: string;

  /**
   * Labels of the Cluster object; nodes get theirs from their group. Can be changed later.
   * @default - none
   */
  readonly clusterLabels?: { [key: string]: string };

  /**
   * Annotations of the Cluster object. Those under `anywhere.eks.amazonaws.com` control EKS Anywhere. Can be changed later.
   * @default - none
   */
  readonly clusterAnnotations?: { [key: string]: string };

  /**
   * Release of EKS Anywhere that will create the cluster, such as `v0.27.0`; not newer than that of
   * `managementCluster`. Selects the rules that are checked. Upgrade one minor at a time; downgrades are rejected.
   * @default - that of `managementCluster`, where it is a cluster of this app; otherwise the newest release that this library knows
   */
  readonly eksAnywhereVersion?: string;

  /**
   * Whether `cluster.yaml` names `eksAnywhereVersion` (its field `eksaVersion`): for a workload cluster that kubectl,
   * Flux or Argo CD apply and that must not follow its management cluster to another release. The CLI writes its own
   * version in any case. Needs `eksAnywhereVersion`. Cannot be undone once the cluster exists.
   * @default false
   */
  readonly pinEksAnywhereVersion?: boolean;

  /**
   * Source of the licence token. Versions of Kubernetes past their standard support need one, a different one for each
   * cluster. Can be changed later, in place.
   * @default - none
   */
  readonly licenseToken?: LicenseToken;

  /**
   * Minor version of Kubernetes that `eksAnywhereVersion` supports. Upgrade one minor at a time; downgrades are rejected.
   */
  readonly kubernetesVersion: EksAnywhereKubernetesVersion;

  /** Network of the pods' addresses, such as `192.168.0.0/16`. Fixed once the cluster exists. */
  readonly podsCidr: string;

  /** Network of the services' addresses, such as `10.96.0.0/12`. Fixed once the cluster exists. */
  readonly servicesCidr: string;

  /**
   * Length in bits of the pod network that each node gets; longer than that of `podsCidr`, by at most 16. Fixed once the cluster exists.
   * @default 24
   */
  readonly nodeCidrMaskSize?: number;

  /**
   * Path of the resolv.conf that pods inherit from their node. Fixed once the cluster exists.
   * @default - the node's own
   */
  readonly dnsResolvConf?: string;

  /**
   * Options of Cilium, the network plugin. Can be changed later.
   * @default - Cilium with its defaults
   */
  readonly cilium?: CiliumOptions;

  /**
   * The cluster that creates and upgrades this one: another of this app, or `ManagementCluster.fromClusterName`. Fixed
   * once the cluster exists.
   * @default - none: the cluster manages itself and can manage others
   */
  readonly managementCluster?: IManagementCluster;

  /**
   * Leaves `spec.managementCluster` out, which otherwise names the cluster itself: for a cluster that exists and whose file does not
   * have it, because `eksctl anywhere upgrade cluster` rejects the addition. Not together with `managementCluster`.
   * Fixed once the cluster exists.
   * @default false
   */
  readonly omitManagementCluster?: boolean;

  /**
   * How people sign in to the Kubernetes API; at most one of each kind. Can be changed later; a change replaces the control plane
   * nodes. Of sign-in with AWS identities only roles and users can be changed, in place.
   * @default - only with the administrator's kubeconfig
   */
  readonly identityProviders?: IdentityProvider[];

  /**
   * Git repository from which Flux applies the cluster's documents. Fixed once set.
   * @default - none
   */
  readonly gitOps?: FluxSync;

  /**
   * An HTTP proxy between the machines and the internet. Fixed once the cluster exists. On bare metal `hookImagesUrl` is needed with it.
   * @default - none
   */
  readonly proxy?: ProxyOptions;

  /**
   * A container registry at the site with copies of all images. Can be changed later; a change replaces the nodes.
   * @default - images come from the internet
   */
  readonly registryMirror?: RegistryMirrorOptions;

  /**
   * URL that tokens of Kubernetes service accounts name as their issuer, so that AWS can trust them (IRSA). Can be changed later; a change
   * replaces the control plane nodes.
   * @default - tokens are valid only inside the cluster
   */
  readonly serviceAccountIssuer?: string;

  /**
   * Whether curated packages are installed, which need an EKS Anywhere Enterprise Subscription. Can be changed later.
   * @default - the CLI installs them if it has credentials
   */
  readonly curatedPackages?: boolean;

  /**
   * Image, resources and environment of the controller of curated packages. Not on a workload cluster. Can be changed later.
   * @default - the values of the release
   */
  readonly packageController?: PackageControllerOptions;

  /**
   * Image of the job that renews the login to the registry of curated packages, and whether there is one. Not on a workload cluster. Can be
   * changed later.
   * @default - the value of the release
   */
  readonly packageCronJob?: PackageCronJobOptions;

  /**
   * When a machine counts as broken and is replaced. Can be changed later.
   * @default - the defaults of its fields
   */
  readonly machineHealthCheck?: MachineHealthCheck;

  /**
   * Further objects for `cluster.yaml`, written unchanged, for files that Flux or kubectl apply. The EKS Anywhere CLI ignores
   * objects that the cluster does not refer to. Secrets are rejected, because the file is in `cdk.out`. Can be changed
   * later.
   * @default - none
   */
  readonly furtherDocuments?: { [key: string]: any }[];
}

/** Properties of clusters whose nodes are machines, physical or virtual. */
export interface MachineClusterProps extends EksAnywhereClusterProps {
  /**
   * Address of the Kubernetes API: a free IP address in the network of the control plane nodes, outside the DHCP range and
   * outside `podsCidr` and `servicesCidr`. Fixed once the cluster exists.
   */
  readonly endpoint: string;

  /**
   * Public SSH key of the people who may log in to the nodes, one line of OpenSSH's format, such as `ssh-ed25519 AAAA... ops`.
   * On bare metal fixed once the cluster exists.
   */
  readonly sshKey: string;

  /**
   * User of the nodes that the key logs in to. On bare metal fixed once the cluster exists.
   * @default - `ec2-user` on bare metal and Bottlerocket, `capv` elsewhere on vSphere
   */
  readonly sshUser?: string;

  /**
   * Time servers of the nodes: names or addresses. Can be changed later; a change replaces the nodes.
   * @default - those of the operating system
   */
  readonly timeServers?: string[];
}

/** The parts of a cluster that its subclass defines. */
interface Definition {
  /** Kind of the cluster in `topology.json`. */
  readonly kind: ClusterEntry['kind'];
  readonly documents: readonly Document[];
  readonly propPaths: readonly PropPath[];
  /** Read at synthesis, because machines can be added until then. */
  readonly hardware?: () => Hardware;
  /** Whether a property requires that the cluster exists. */
  readonly isExisting?: boolean;
  /** Notes that are not errors. */
  readonly notes?: () => readonly string[];
  /** Files in addition to cluster.yaml. */
  readonly files?: () => Readonly<Record<string, string>>;
}

/**
 * A Kubernetes cluster that EKS Anywhere installs on your own machines.
 *
 * Creates nothing in AWS. When the app is synthesized, the files that `eksctl anywhere create cluster` reads are written to
 * `cdk.out/hybridge/<id>/` (in a stage to `cdk.out/hybridge/<stage>/<id>/`); what that command, the Kubernetes API or
 * the machines would reject fails synthesis first, with the property to change.
 */
export abstract class EksAnywhereCluster extends Construct implements IManagementCluster {
  /** Name of the cluster. */
  public readonly clusterName: string;

  /** Release of EKS Anywhere that creates the cluster. */
  public readonly eksAnywhereVersion: string;

  /** Minor version of Kubernetes. */
  public readonly kubernetesVersion: EksAnywhereKubernetesVersion;

  /** Address of the Kubernetes API; undefined on Docker, where the CLI chooses it. */
  public readonly endpoint?: string;

  /** Network of the pods. */
  public readonly podsCidr: string;

  /** Network of the services. */
  public readonly servicesCidr: string;

  /** Name of the cluster that creates and upgrades this one; undefined where the cluster manages itself. */
  public readonly managementClusterName?: string;

  private readonly addOns = new ClusterAddOns();
  /** Licence tokens of this cluster and those that it manages: placeholder → path of the cluster. */
  private readonly licenses = new Map<string, string>();
  /** Its own Flux, or that of its management cluster. */
  private readonly gitOps?: FluxSync;
  private folder = '';
  private definition: Definition = { kind: 'eks-anywhere', documents: [], propPaths: [] };

  /**
   * @param scope an App, a Stage, a Stack or any other construct; the cluster is part of no template
   */
  protected constructor(scope: Construct, id: string, props: EksAnywhereClusterProps) {
    super(scope, id);
    atPlace(this, () => refuseTokens(props));
    const { endpoint } = props as Partial<MachineClusterProps>;
    this.clusterName = props.clusterName ?? kebabCase(id);
    this.kubernetesVersion = props.kubernetesVersion;
    this.endpoint = endpoint;
    this.podsCidr = props.podsCidr;
    this.servicesCidr = props.servicesCidr;
    // A management cluster of another app is known by its name only.
    const manager = props.managementCluster instanceof EksAnywhereCluster ? props.managementCluster : undefined;
    this.eksAnywhereVersion = props.eksAnywhereVersion ?? manager?.eksAnywhereVersion ?? NEWEST_RELEASE.version;
    this.managementClusterName = props.managementCluster?.clusterName;
    this.gitOps = props.gitOps ?? manager?.gitOps;
    atPlace(this, () => {
      requireSshKey(props);
      // The default changes with this library, so that a pinned cluster would be upgraded with it.
      if (props.pinEksAnywhereVersion && props.eksAnywhereVersion === undefined) {
        throw new Error('pinEksAnywhereVersion: got true without eksAnywhereVersion, expected both: name the release to pin');
      }
      requireManager(this.clusterName, props.managementCluster);
      if (props.omitManagementCluster && props.managementCluster) {
        throw new Error('omitManagementCluster: got true beside managementCluster, expected one of the two: omit one');
      }
      if (manager) this.requireCompatible(manager, props.gitOps);
      if (props.licenseToken) (manager ?? this).claimLicense(this, props.licenseToken);
    });
  }

  /**
   * Adds a curated package: it is written to `packages.yaml`, and namespaces that it needs to
   * `package-namespaces.yaml`, next to `cluster.yaml`. Synthesis rejects a package that cannot work on this cluster.
   */
  public addPackage(curatedPackage: Package): void {
    this.addOns.addPackage(curatedPackage);
  }

  /**
   * Reserves addresses of the site's network for a service; synthesis rejects overlaps with all others.
   *
   * @param owner property whose value the range is, for messages
   * @internal
   */
  public _claimAddresses(owner: string, range: string): void {
    this.addOns.claimAddresses({ owner, range });
  }

  /**
   * Why kube-vip does not serve Services of type LoadBalancer here; undefined where it does.
   *
   * @internal
   */
  public _kubeVipAbsence(): string | undefined {
    return kubeVipAbsence(this.definition.documents);
  }

  /**
   * Whether kube-vip runs on the machines that run the pods: it announces the address from one with a pod.
   *
   * @internal
   */
  public _kubeVipIsBesidePods(): boolean {
    return kubeVipIsBesidePods(this.definition.documents);
  }

  /**
   * Writes a further file next to `cluster.yaml` at synthesis.
   *
   * @internal
   */
  public _addFile(name: string, render: () => string): void {
    this.addOns.addFile(name, render);
  }

  /**
   * Folder of its files below `cdk.out/hybridge`, and their names, once everything is added.
   *
   * @internal
   */
  public _location(): { readonly folder: string; readonly files: readonly string[] } {
    return { folder: this.folder, files: Object.keys(this.written()) };
  }

  /**
   * What is written for the cluster, as far as it is known now: name → text.
   *
   * @internal
   */
  public _files(): { readonly [name: string]: string } {
    return this.render();
  }

  /**
   * Called by a subclass with its documents: checks them, and writes them at synthesis.
   *
   * @internal
   */
  protected _define(definition: Definition): void {
    const findings = checkDocuments(definition.documents, undefined, this.rules(definition));
    const early = findings.filter((finding) => finding.severity === 'error' && isEarly(finding));
    this.folder = folderOf(this);
    atPlace(this, () => {
      // Groups that share a property have one finding each, in the same words.
      if (early.length > 0) throw new Error([...new Set(early.map((finding) => described(finding, definition)))].join('\n'));
      claimName(this, { property: 'id', what: 'folder', name: this.folder, among: 'cdk.out/hybridge' });
    });
    this.definition = definition;
    this.node.addValidation({
      validate: () => this.errors(definition),
    });
    writeFilesAtSynthesis(this, this.folder, () => this.written());
    Topology.of(this).addSite(() => ({ name: this.clusterName, kind: definition.kind, ...this._location() }));
  }

  /** The files that tools read. */
  private render(): OutputFiles {
    const { documents, files } = this.definition;
    return { 'cluster.yaml': toYaml(documents), ...files?.(), ...this.addOns.render(documents) };
  }

  /** All files: those that tools read, those for the Git repository, and the picture. */
  private written(): OutputFiles {
    const { documents, hardware } = this.definition;
    return { ...this.render(), ...this.repository(), [PICTURE]: drawSvg(sceneOfDocuments(documents, hardware?.())!) };
  }

  private repository(): OutputFiles {
    if (!this.gitOps) return {};
    const { secretStore, path = `clusters/${this.managementClusterName ?? this.clusterName}` } = this.gitOps._options;
    const { documents, hardware } = this.definition;
    const store = secretStore === undefined ? undefined : { kind: 'ClusterSecretStore', name: secretStore } as const;
    const files = repositoryFiles({ path, documents, release: this.eksAnywhereVersion, hardware: hardware?.(), store });
    return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${REPOSITORY}/${name}`, text]));
  }

  /** @throws Error when the management cluster has an older release or another Git repository */
  private requireCompatible(manager: EksAnywhereCluster, gitOps: FluxSync | undefined): void {
    if (isNewerRelease(this.eksAnywhereVersion, manager.eksAnywhereVersion)) {
      throw new Error(
        `eksAnywhereVersion: got ${shown(this.eksAnywhereVersion)}, newer than ${shown(manager.eksAnywhereVersion)} of managementCluster, `
          + 'expected the same or an older one: upgrade the management cluster first',
      );
    }
    if (manager.gitOps && gitOps) requireSameRepository(manager, [manager.gitOps, gitOps]);
  }

  /** The tools reject a workload cluster whose token another cluster of its management cluster has. */
  private claimLicense(cluster: EksAnywhereCluster, { _placeholder: placeholder }: LicenseToken): void {
    const owner = this.licenses.get(placeholder);
    if (owner !== undefined) {
      throw new Error(
        `licenseToken: got ${placeholder}, which ${owner} has already, expected another token: a licence is valid for one cluster`,
      );
    }
    this.licenses.set(placeholder, cluster.node.path);
  }

  /** All feature flags count as set; a note at synth lists those that the properties need. */
  private rules({ documents, isExisting }: Definition): CheckOptions {
    return { eksAnywhereVersion: this.eksAnywhereVersion, flags: neededFlags(documents), isExisting };
  }

  /** All errors; warnings become annotations. */
  private errors(definition: Definition): string[] {
    const findings = [
      ...checkDocuments(definition.documents, definition.hardware?.(), this.rules(definition)).map((finding) => ({
        ...finding,
        text: described(finding, definition),
      })),
      ...this.addOns.findings(definition.documents, definition.hardware?.()).map((finding) => ({
        ...finding,
        text: `${finding.message} [rule ${finding.ruleId}]`,
      })),
    ];
    for (const { ruleId, text } of findings.filter(({ severity }) => severity === 'warning')) {
      Annotations.of(this).addWarningV2(`cdk-hybridge:eksAnywhere.${ruleId}`, text);
    }
    // Validation runs at every synthesis, and an app may be synthesized several times: each note is added once.
    const known = new Set(this.node.metadata.map(({ data }) => data));
    const flags = neededFlags(definition.documents).map(
      (flag) => `set ${flag}=true wherever eksctl anywhere runs for this cluster: it is a feature flag that its properties need`,
    );
    for (const note of [...flags, ...definition.notes?.() ?? []].filter((text) => !known.has(text))) Annotations.of(this).addInfo(note);
    printOutsideStacks(this, process.env, (line) => process.stderr.write(line));
    return [...new Set(findings.filter(({ severity }) => severity === 'error').map(({ text }) => text))];
  }
}

/** One sentence: the property, the error, the fix, the rule. */
function described({ ruleId, path, message, fix }: Finding, { propPaths }: Definition): string {
  return `${propOf(path, propPaths)} ${message}${fix ? ` (${fix})` : ''} [rule ${ruleId}]`;
}

/** Picture for people; no tool reads it. */
const PICTURE = 'cluster.svg';

/** Folder whose content belongs in the repository that Flux follows. */
const REPOSITORY = 'gitops';

function requireSshKey(props: EksAnywhereClusterProps): void {
  const { sshKey } = props as Partial<MachineClusterProps>;
  if (!('sshKey' in props) || sshKey) return;
  throw new Error(
    `sshKey: got ${sshKey === '' ? 'an empty text' : 'none'}, expected a public key such as 'ssh-ed25519 AAAA... ops': if it comes `
      + 'from an environment variable, that variable is not set',
  );
}

/** A management cluster manages itself, so it is neither the cluster itself nor a workload cluster. */
function requireManager(clusterName: string, manager: IManagementCluster | undefined): void {
  if (!manager) return;
  if (manager.managementClusterName) {
    const name = Construct.isConstruct(manager) ? manager.node.path : manager.clusterName;
    throw new Error(
      `managementCluster: got ${name}, which ${manager.managementClusterName} manages, expected a cluster that manages itself`,
    );
  }
  if (manager.clusterName === clusterName) {
    throw new Error(
      `managementCluster: got ${shown(clusterName)}, the name of this cluster, expected another cluster: omit the property for a `
        + 'cluster that manages itself',
    );
  }
}

/** Flux runs on the management cluster and follows one repository. */
function requireSameRepository(manager: EksAnywhereCluster, both: readonly FluxSync[]): void {
  const [theirs, own] = both.map(({ _kind, _spec, _options: { path } }) =>
    JSON.stringify([_kind, { ..._spec, clusterConfigPath: path ?? `clusters/${manager.clusterName}` }]),
  );
  if (own === theirs) return;
  throw new Error(
    'gitOps: got another repository, branch or folder than managementCluster has, expected the same: omit it, because Flux on '
      + `${manager.node.path} follows that one`,
  );
}

/** The folder below cdk.out/hybridge: the id, in a folder of its stage where it has one. */
function folderOf(cluster: Construct): string {
  const stage = Stage.of(cluster);
  return stage?.parentStage ? `${stage.stageName}/${cluster.node.id}` : cluster.node.id;
}
