/** What `cdk.out/hybridge/topology.json` holds. Written at synth, read by the command line. */

/** Where something runs. All three absent for a site. */
export interface Place {
  /** Absent where the stack is for whatever account deploys it. */
  readonly account?: string;
  readonly region?: string;
  /** Path of the stack. */
  readonly stack?: string;
}

/** One plane. */
export interface PlaneEntry extends Place {
  readonly id: string;
  readonly role: 'control_plane' | 'data_plane';
  /** `eks`, another service of AWS, the kind of EKS Anywhere cluster, or `external` for what this app does not make. */
  readonly target: string;
  /** Name of the cluster it runs on, where it runs on one. */
  readonly cluster?: string;
  /** Relative to the folder of topology.json. */
  readonly folder: string;
  readonly manifests: readonly string[];
  /** What Helm installs the plane by, beside the manifests. */
  readonly helmFiles?: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  /** Id of the control plane that a data plane belongs to. */
  readonly controlPlane?: string;
  readonly replicas?: number;
  /** Name under which consumers know the plane, or administrators a control plane. */
  readonly hostname?: string;
  /** Ids of integrations. */
  readonly uses?: readonly string[];
  /** Secrets that its nodes get by name, in addition to those of integrations; never what they hold. */
  readonly secrets?: readonly NamedSecretEntry[];
}

/** A secret that configurations name by a reference. */
export interface NamedSecretEntry {
  /** Such as `{vault://env/partner-key}`. */
  readonly reference: string;
  /** Name in AWS Secrets Manager. */
  readonly name: string;
  /** Field of its JSON document; absent: the whole secret. */
  readonly field?: string;
  readonly region?: string;
}

/** One cluster. */
export interface ClusterEntry extends Place {
  readonly name: string;
  readonly kind: string;
  /** Absent for clusters that need no files. */
  readonly folder?: string;
  readonly files: readonly string[];
}

/** Kinds of things that planes rely on. */
export type IntegrationKind = 'trust' | 'database' | 'identity' | 'logs' | 'cache';

/** One thing that planes rely on. */
export interface IntegrationEntry extends Place {
  /** Path of its construct. */
  readonly id: string;
  readonly kind: IntegrationKind;
  /** For people, such as `Amazon Cognito`. */
  readonly service: string;
  readonly secrets: readonly SecretEntry[];
}

/** A secret: where it lives and who reads it; never what it holds. */
interface SecretEntry {
  /** Name in AWS Secrets Manager, in the place of its integration. */
  readonly name: string;
  /** Ids of planes. */
  readonly readers: readonly string[];
}

/** A connection that a data plane opens to its control plane. */
export interface TunnelEntry {
  readonly from: string;
  readonly to: string;
  readonly carries: 'configuration' | 'telemetry';
  readonly port: number;
  readonly protection: 'mutual TLS';
}

/** Files that a site gets in addition to those of its planes and clusters. */
export interface HandoffEntry {
  readonly site: string;
  /** Relative to the folder of topology.json. */
  readonly folder: string;
  readonly files: readonly string[];
}

export interface TopologyDocument {
  readonly planes: readonly PlaneEntry[];
  readonly clusters: readonly ClusterEntry[];
  readonly integrations: readonly IntegrationEntry[];
  readonly tunnels: readonly TunnelEntry[];
  /** Absent where no site has files of its own. */
  readonly handoffs?: readonly HandoffEntry[];
}
