/** Indexes the documents of one cluster for the rules. */
import type { Hardware } from './hardware/hardware-csv';
import type { ClusterDocument, Document } from './model/document';
import type { TinkerbellDatacenterSpec, VSphereDatacenterSpec } from './model/machines';
import { releaseFor, unknownRelease } from './releases/release-table';
import { machineRefs, providerOf } from './rules/references';
import type { Context, FeatureFlag } from './rules/rule';
import { today } from './today';

export interface CheckOptions {
  /**
   * The release whose rules apply.
   * @default - the file's eksaVersion, else the newest known release
   */
  readonly eksAnywhereVersion?: string;
  /**
   * Day on which the files are judged, such as `2026-11-30`: support and licences end on days.
   * @default - the day of the clock, or of SOURCE_DATE_EPOCH
   */
  readonly today?: string;
  /** Feature flags that are on in the environment of the tools. */
  readonly flags?: readonly FeatureFlag[];
  /**
   * Whether the cluster is there already, so that it may have what it cannot be created with.
   * @default false
   */
  readonly isExisting?: boolean;
}

export function contextOf(
  cluster: ClusterDocument,
  documents: readonly Document[],
  hardware: Hardware | undefined,
  options: CheckOptions,
): Context {
  const byPath = new Map(documents.map((document) => [`${document.kind}/${document.metadata?.name ?? ''}`, document]));
  // The tools look up by API version as well, so a document of another one is as good as absent.
  const find = (kind: string | undefined, name: string | undefined) => {
    const document = name ? byPath.get(`${kind}/${name}`) : undefined;
    return document?.apiVersion === cluster.apiVersion ? document : undefined;
  };
  const datacenter = find(cluster.spec?.datacenterRef?.kind, cluster.spec?.datacenterRef?.name);
  const machines = (kind: string) => [
    ...new Set(machineRefs(cluster).flatMap(({ ref }) => (ref.kind === kind ? (find(kind, ref.name) ?? []) : []))),
  ];
  const named = options.eksAnywhereVersion ?? cluster.spec?.eksaVersion;
  return {
    cluster,
    documents,
    hardware,
    find: <Spec>(kind: string | undefined, name: string | undefined) => find(kind, name) as Document<Spec> | undefined,
    provider: providerOf(cluster)?.provider,
    tinkerbellDatacenter:
      datacenter?.kind === 'TinkerbellDatacenterConfig' ? (datacenter as Document<TinkerbellDatacenterSpec>) : undefined,
    vsphereDatacenter: datacenter?.kind === 'VSphereDatacenterConfig' ? (datacenter as Document<VSphereDatacenterSpec>) : undefined,
    tinkerbellMachines: machines('TinkerbellMachineConfig') as Context['tinkerbellMachines'],
    vsphereMachines: machines('VSphereMachineConfig') as Context['vsphereMachines'],
    release: releaseFor(named),
    isReleaseNamed: named !== undefined,
    unknownRelease: unknownRelease(named),
    today: options.today ?? today(),
    flags: new Set(options.flags),
    isExisting: options.isExisting ?? false,
  };
}
