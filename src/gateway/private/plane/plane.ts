import type { IDependable } from 'constructs';
import type { SecretMount } from '../../../private/secrets/mount';
import type { PlaneVolume } from '../fallback/cache-kind';
import type { KongChart } from './kong-chart';

/** KONG_* name → value. Values may hold CDK tokens, never secrets. */
export type PlaneSettings = Readonly<Record<string, string>>;

/** Public files, mounted into pods. */
export interface FileMount {
  /** Last part of the ConfigMap's name: `<plane>-<name>`. */
  readonly name: string;
  /** Folder in the container. */
  readonly path: string;
  /** File name → text, known at synth. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * A certificate that cert-manager makes in the plane's cluster and keeps renewed; pods read it as files `tls.crt`,
 * `tls.key` and `ca.crt`.
 */
export interface PlaneCertificate {
  /** Ends the names of its objects: `<plane>-<name>`. */
  readonly name: string;
  /** Folder in the container. */
  readonly path: string;
  /** Absent: names of hosts are all that it has. */
  readonly commonName?: string;
  readonly dnsNames: readonly string[];
  readonly usages: readonly ('server auth' | 'client auth')[];
  /** Absent: the issuer decides. */
  readonly durationHours?: number;
  /** Absent: cert-manager decides, a third of the duration. */
  readonly renewBeforeHours?: number;
  /** Who signs it: an object in the cluster. */
  readonly issuer?: { readonly name: string; readonly kind: string; readonly group: string };
  /** Who signs it, instead: an authority of AWS Private CA, whose issuer is made beside the certificate. */
  readonly authority?: {
    readonly arn: string;
    readonly region: string;
    /** What has to be there before anything is signed. */
    readonly ready: IDependable;
  };
}

/** CPU in cores and memory in Kubernetes' notation. */
export interface PlaneResources {
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
  /** Bound of the working directory: node id, configuration cache. */
  readonly storage: string;
}

/** How the number of nodes follows the load: `replicas` are the least. */
export interface PlaneScaling {
  readonly maxReplicas: number;
  /** Average use of the processor that is aimed at, in percent of what the pods request. */
  readonly cpuPercent: number;
}

/** How nodes come and go behind a load balancer that notices late. */
export interface PlaneBalancing {
  /** Seconds that a node keeps serving after its stop signal. */
  readonly drainSeconds: number;
  /** Labels that make the load balancer's controller tell Kubernetes when a pod gets traffic. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
}

/** Where nodes take connections without HTTP, or datagrams. */
export interface StreamAddress {
  /** Of the nodes, and of what is in front of them. */
  readonly port: number;
  readonly transport: 'TCP' | 'UDP';
}

/** What a plane is, whatever it runs on. Every target renders the same description. */
export interface PlaneDescription {
  /** Namespace and prefix of the plane's objects. */
  readonly name: string;
  readonly role: 'control_plane' | 'data_plane';
  readonly image: string;
  readonly settings: PlaneSettings;
  readonly secrets: readonly SecretMount[];
  readonly files: readonly FileMount[];
  /** Of tunnels and of the proxy, where they are no secrets of AWS. On Kubernetes only. */
  readonly certificates: readonly PlaneCertificate[];
  /** Days within which nodes have to read their secrets again, where they do that only when they start. */
  readonly rereadDays?: number;
  readonly replicas: number;
  readonly resources: PlaneResources;
  /** Absent: HTTP only. */
  readonly streams?: readonly StreamAddress[];
  /** Labels of the Kubernetes nodes that its pods may run on, in addition to operating system and CPU architecture. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Absent: the number of nodes is fixed. */
  readonly scaling?: PlaneScaling;
  /** Absent: what is in front of the nodes notices at once. */
  readonly balancing?: PlaneBalancing;
  /** Pods keep it: node id, configuration cache. Absent: it ends with the pod. On Kubernetes only. */
  readonly volume?: PlaneVolume;
  /** Whether nodes write to S3. */
  readonly writesFallback?: boolean;
  /** Whether a control plane logs in to its database with the role of its pods. */
  readonly logsInWithIam?: boolean;
  /** Kong's chart makes the objects of the pods. Absent: we do. */
  readonly chart?: KongChart;
  /** Networks in CIDR notation of a load balancer that calls the Admin API, by TLS. Absent: none does. */
  readonly adminSources?: readonly string[];
  /** The Admin API is for port forwarding only: nothing limits which pods connect. */
  readonly adminOnLoopback?: boolean;
  /** How Prometheus finds the nodes on Kubernetes. Absent: it does not. */
  readonly discovery?: 'annotations' | 'service-monitor';
  /** Labels of the ServiceMonitor. */
  readonly monitorLabels?: Readonly<Record<string, string>>;
}
