/** What a rule is, and what it may look at. Rules are pure and know neither constructs nor files. */
import type { Severity } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import type { ClusterDocument, Document } from '../model/document';
import type { TinkerbellDatacenterSpec, TinkerbellMachineSpec, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import type { Provider } from '../model/provider';
import type { Release } from '../releases/release';
import type { UnknownRelease } from '../releases/release-table';

export type { Provider } from '../model/provider';

/** Feature flags that the tools read from the environment. */
export type FeatureFlag = 'API_SERVER_EXTRA_ARGS_ENABLED' | 'VSPHERE_IN_PLACE_UPGRADE';

/** Something that is wrong, relative to the subject that the rule was given. */
export interface Problem {
  /**
   * Number of the rule, where one condition in the code stands for several in the reference.
   * @default the row's
   */
  readonly rule?: string;
  /** Path below the subject, such as `spec.controlPlaneConfiguration.count`. */
  readonly at: string;
  readonly message: string;
  readonly fix?: string;
  /** @default error */
  readonly severity?: Severity;
  /** @default the document that the rule was given */
  readonly document?: string;
}

/** One row of a table: a number from the reference, and its condition. */
export interface Rule<Subject> {
  readonly id: string;
  /** Whether one property alone can break it: it is judged when a cluster is made, the others at synthesis. */
  readonly early?: true;
  readonly check: (subject: Subject, context: Context) => Iterable<Problem>;
}

export type TinkerbellMachine = Document<TinkerbellMachineSpec>;
export type VSphereMachine = Document<VSphereMachineSpec>;

/** All documents of one cluster, indexed as the rules need them. */
export interface Context {
  readonly cluster: ClusterDocument;
  readonly documents: readonly Document[];
  readonly provider?: Provider;
  /** The datacenter document that the Cluster refers to, if it is there. */
  readonly tinkerbellDatacenter?: Document<TinkerbellDatacenterSpec>;
  readonly vsphereDatacenter?: Document<VSphereDatacenterSpec>;
  /** Machine configurations that the Cluster refers to, each once. */
  readonly tinkerbellMachines: readonly TinkerbellMachine[];
  readonly vsphereMachines: readonly VSphereMachine[];
  readonly hardware?: Hardware;
  /** The release whose rules apply. */
  readonly release: Release;
  /** Whether user or file name a release; else the newest known one applies. */
  readonly isReleaseNamed: boolean;
  /** The release as the user or the file names it, where it is not in the table: its nearest neighbour is `release`. */
  readonly unknownRelease?: UnknownRelease;
  /** Day on which the files are judged, such as `2026-11-30`. */
  readonly today: string;
  readonly flags: ReadonlySet<FeatureFlag>;
  /** Whether the files are those of a cluster that is there, and not of one to create. */
  readonly isExisting: boolean;
  /** The document of a kind and name; the last one where there are several, as in the tools. */
  find<Spec = unknown>(kind: string | undefined, name: string | undefined): Document<Spec> | undefined;
}
