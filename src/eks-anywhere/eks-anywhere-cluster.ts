import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkDocuments } from '../private/eks-anywhere/check';
import type { Finding } from '../private/eks-anywhere/finding';
import type { Hardware } from '../private/eks-anywhere/hardware/machine';
import type { Document } from '../private/eks-anywhere/model/document';
import type { PropPath } from '../private/eks-anywhere/prop-path';
import { propOf } from '../private/eks-anywhere/prop-path';
import { toYaml } from '../private/eks-anywhere/yaml/emit';
import { writeFilesAtSynthesis } from '../private/output-files';
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
   * Release of EKS Anywhere that will create the cluster, such as `v0.26.0`. Chooses the rules that are checked; the files do not
   * name it, because its CLI writes its own version into them.
   */
  readonly eksAnywhereVersion: string;

  /** Kubernetes version, such as `1.35`. Upgrades go one minor at a time and never back. */
  readonly kubernetesVersion: string;

  /**
   * Address that the Kubernetes API gets: a free IP address in the network of the control plane nodes, outside the DHCP range and
   * outside `podsCidr` and `servicesCidr`. Fixed once the cluster exists.
   */
  readonly endpoint: string;

  /** Network that pods get their addresses from, such as `192.168.0.0/16`. Fixed once the cluster exists. */
  readonly podsCidr: string;

  /** Network that services get their addresses from, such as `10.96.0.0/12`. Fixed once the cluster exists. */
  readonly servicesCidr: string;

  /**
   * Length in bits of the pod network that each node gets; longer than that of `podsCidr`, by at most 16. Fixed once the cluster exists.
   * @default 24
   */
  readonly nodeCidrMaskSize?: number;

  /**
   * Public SSH key of the people who may log in to the nodes, one line of OpenSSH's format, such as `ssh-ed25519 AAAA... ops`.
   * On bare metal fixed once the cluster exists.
   */
  readonly sshKey: string;

  /**
   * User that the key belongs to. On bare metal fixed once the cluster exists.
   * @default - `ec2-user` on bare metal and Bottlerocket, `capv` elsewhere on vSphere
   */
  readonly sshUser?: string;
}

/** Rules that one property alone can break: they are judged when the cluster is made. The others wait for the finished app. */
const JUDGED_EARLY: ReadonlySet<string> = new Set([
  'C1', 'C2', 'S12', 'version', 'C3', 'S11', 'V1', 'C8', 'C31', 'C32', 'C34', 'S1', 'S10', 'SSH', 'T3', 'T4', 'T7', 'T8', 'X12', 'X13',
]);

/** What a subclass knows of its cluster once its properties are read. */
interface Definition {
  readonly documents: readonly Document[];
  readonly propPaths: readonly PropPath[];
  /** Read when the app is synthesized, because machines may be added until then. */
  readonly hardware?: () => Hardware;
  /** Further files beside cluster.yaml. */
  readonly files?: () => Readonly<Record<string, string>>;
}

/**
 * A Kubernetes cluster that EKS Anywhere installs on machines of one's own.
 *
 * Creates nothing in AWS. When the app is synthesized, the files that `eksctl anywhere create cluster` takes are written to
 * `cdk.out/hybridge/<id>/`; what that command, the Kubernetes API or the machines would refuse is refused first, with the property to change.
 */
export abstract class EksAnywhereCluster extends Construct {
  /** Name of the cluster. */
  public readonly clusterName: string;

  /** Kubernetes version, such as `1.35`. */
  public readonly kubernetesVersion: string;

  /** Address of the Kubernetes API. */
  public readonly endpoint: string;

  /** Network of the pods. */
  public readonly podsCidr: string;

  /** Network of the services. */
  public readonly servicesCidr: string;

  private readonly eksAnywhereVersion: string;

  /**
   * @param scope an App, a Stage, a Stack or any other construct; the cluster is part of no template
   */
  protected constructor(scope: Construct, id: string, props: EksAnywhereClusterProps) {
    super(scope, id);
    refuseTokens(props, this.node.path);
    this.clusterName = props.clusterName ?? kebabCase(id);
    this.kubernetesVersion = props.kubernetesVersion;
    this.endpoint = props.endpoint;
    this.podsCidr = props.podsCidr;
    this.servicesCidr = props.servicesCidr;
    this.eksAnywhereVersion = props.eksAnywhereVersion;
    if (!props.sshKey) {
      throw new Error(`${this.node.path}: sshKey is ${props.sshKey === '' ? 'empty' : 'undefined'}; expected a public key such as 'ssh-ed25519 AAAA... ops'. If it comes from an environment variable, that variable is not set`);
    }
  }

  /**
   * Called by a subclass when its documents are known: judges them, and has them written at synthesis.
   *
   * @internal
   */
  protected _define(definition: Definition): void {
    const findings = checkDocuments(definition.documents, undefined, { eksAnywhereVersion: this.eksAnywhereVersion });
    const early = findings.filter((finding) => finding.severity === 'error' && JUDGED_EARLY.has(finding.ruleId));
    if (early.length > 0) throw new Error(`${this.node.path}: ${early.map((finding) => described(finding, definition)).join('\n')}`);

    this.node.addValidation({ validate: () => this.errors(definition) });
    writeFilesAtSynthesis(this, claimedFolder(this), () => ({ 'cluster.yaml': toYaml(definition.documents), ...definition.files?.() }));
  }

  /** All errors; warnings become annotations. */
  private errors(definition: Definition): string[] {
    const findings = checkDocuments(definition.documents, definition.hardware?.(), { eksAnywhereVersion: this.eksAnywhereVersion });
    for (const finding of findings.filter(({ severity }) => severity === 'warning')) {
      Annotations.of(this).addWarningV2(`cdk-hybridge:eksAnywhere.${finding.ruleId}`, described(finding, definition));
    }
    return findings.filter(({ severity }) => severity === 'error').map((finding) => described(finding, definition));
  }
}

/** One sentence: the property, what is wrong, what to do, the rule. */
function described({ ruleId, path, message, fix }: Finding, { propPaths }: Definition): string {
  return `${propOf(path, propPaths)} ${message}${fix ? ` (${fix})` : ''} [rule ${ruleId}]`;
}

const folders = new WeakMap<object, Map<string, string>>();

/** The folder below cdk.out/hybridge: the id, which must not be taken by a cluster elsewhere in the app. */
function claimedFolder(cluster: Construct): string {
  const root = cluster.node.root;
  const taken = folders.get(root) ?? new Map<string, string>();
  folders.set(root, taken);
  const owner = taken.get(cluster.node.id);
  if (owner !== undefined) {
    throw new Error(`${cluster.node.path}: the id '${cluster.node.id}' is also that of ${owner}, and both would write to cdk.out/hybridge/${cluster.node.id}/; choose another id`);
  }
  taken.set(cluster.node.id, cluster.node.path);
  return cluster.node.id;
}

function kebabCase(id: string): string {
  if (Token.isUnresolved(id)) return id;
  return id.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/[^A-Za-z0-9-]+/g, '-').toLowerCase();
}
