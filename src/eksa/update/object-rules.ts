/** Fixed fields of the documents around the Cluster: datacenters and machine configurations. */
import { shown } from '../finding';
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import type { MachineSpec, TinkerbellDatacenterSpec, TinkerbellMachineSpec, VSphereDatacenterSpec, VSphereMachineSpec } from '../model/machines';
import { machineRefs } from '../rules/references';
import { changed } from './cluster-rules';
import { isSame } from './compare';
import type { DocumentPair, Pair } from './pair';
import { annotation, bothSides, find, isPaused } from './pair';
import type { Road, UpdateRule, Violation } from './rule';
import { ROADS } from './rule';

export const OBJECT_UPDATE_RULES: readonly UpdateRule[] = [
  { id: 'W13', roads: ROADS, check: tinkerbellDatacenter },
  { id: 'W15', roads: ROADS, check: tinkerbellMachines },
  { id: 'W16', roads: ROADS, check: vsphereMachines },
  { id: 'F7', roads: ROADS, check: sshKeys },
  { id: 'W17', roads: ROADS, check: vsphereDatacenter },
];

function* fixed<Spec>({ old, new: now }: DocumentPair<Spec>, fields: readonly (keyof Spec & string)[], roads: readonly Road[], fix?: string): Iterable<Violation> {
  if (roads.length === 0) return;
  for (const field of fields.filter((name) => !isSame(old.spec?.[name], now.spec?.[name]))) {
    const [before, after] = [old.spec?.[field], now.spec?.[field]];
    yield { path: `${documentPath(now)}.spec.${field}`, message: changed(before, after), fix: fix ?? `set it back to ${shown(before)}`, roads };
  }
}

/** The webhook judges every document, the CLI those that the Cluster refers to. */
function* tinkerbellDatacenter(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<TinkerbellDatacenterSpec>(pair, 'TinkerbellDatacenterConfig')) {
    const isReferenced = isDatacenter(pair, document.new);
    yield* fixed(document, ['tinkerbellIP'], isReferenced ? ROADS : ['api']);
    const managedByCli = annotation(document.new, 'managed-by-cli') !== undefined;
    const isUpgrade = pair.old.cluster.spec?.kubernetesVersion !== pair.new.cluster.spec?.kubernetesVersion;
    const roads = ROADS.filter((road) => road === 'api' ? !managedByCli : isReferenced && !isUpgrade);
    yield* fixed(document, ['hookImagesURLPath'], roads, 'change it by the CLI, together with kubernetesVersion');
    yield* fixed(document, ['skipLoadBalancerDeployment'], managedByCli ? [] : ['api']);
  }
}

function* vsphereDatacenter(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<VSphereDatacenterSpec>(pair, 'VSphereDatacenterConfig')) {
    const roads = ROADS.filter((road) => road === 'api' ? !isPaused(document.old) : isDatacenter(pair, document.new));
    yield* fixed(document, ['server', 'datacenter', 'network'], roads);
  }
}

function isDatacenter(pair: Pair, document: Document): boolean {
  const ref = pair.new.cluster.spec?.datacenterRef;
  return ref?.kind === document.kind && ref.name === document.metadata?.name;
}

function* tinkerbellMachines(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<TinkerbellMachineSpec>(pair, 'TinkerbellMachineConfig')) {
    const roads = ROADS.filter((road) => road === 'api' || isUsedBefore(pair, document.new));
    yield* fixed(document, ['osFamily'], roads);
    yield* firstUser(document, roads);
  }
}

/** Only the first user and that user's first key are used; the webhook counts them as well. */
function* firstUser({ old, new: now }: DocumentPair<TinkerbellMachineSpec>, roads: readonly Road[]): Iterable<Violation> {
  const path = `${documentPath(now)}.spec.users`;
  const [before, after] = [old, now].map(({ spec }) => spec?.users ?? []);
  if (before.length !== after.length) yield { path, message: `has ${after.length} users and had ${before.length}; their number is fixed`, fix: 'keep the users as they were', roads: ['api'] };
  if (!before[0] || !after[0]) return;
  const [keysBefore, keysAfter] = [before[0], after[0]].map(({ sshAuthorizedKeys }) => sshAuthorizedKeys ?? []);
  if (before[0].name !== after[0].name) yield { path: `${path}[0].name`, message: changed(before[0].name, after[0].name), fix: `set it back to ${shown(before[0].name)}`, roads };
  if (keysBefore.length !== keysAfter.length) yield { path: `${path}[0].sshAuthorizedKeys`, message: `has ${keysAfter.length} keys and had ${keysBefore.length}; their number is fixed`, fix: 'keep the keys as they were', roads: ['api'] };
  if (keysAfter[0] && keysBefore[0] !== keysAfter[0]) yield { path: `${path}[0].sshAuthorizedKeys[0]`, message: changed(keysBefore[0], keysAfter[0]), fix: 'put the old key back', roads };
}

function* vsphereMachines(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<VSphereMachineSpec>(pair, 'VSphereMachineConfig')) {
    const roads = ROADS.filter((road) => road === 'api' ? !isPaused(document.old) : isUsedBefore(pair, document.new));
    yield* fixed(document, ['osFamily', 'storagePolicyName'], roads);
  }
}

/** The CLI makes keys when it creates a cluster, but not when it upgrades one. */
function* sshKeys(pair: Pair): Iterable<Violation> {
  const used = new Set(machineRefs(pair.new.cluster).map(({ ref }) => find<MachineSpec>(pair.new, ref.kind, ref.name)));
  for (const document of pair.new.documents as readonly Document<MachineSpec>[]) {
    const isMachine = /^(Tinkerbell|VSphere)MachineConfig$/.test(document.kind);
    if (!isMachine || document.spec?.users?.[0]?.sshAuthorizedKeys?.[0]) continue;
    yield { path: `${documentPath(document)}.spec.users`, message: 'has no SSH key for its first user; an existing cluster needs one', fix: 'give one user with one key', roads: used.has(document) ? ROADS : ['api'] };
  }
}

/** A machine configuration that is new, or that only new groups use, may be as it likes. */
function isUsedBefore(pair: Pair, document: Document): boolean {
  const uses = ({ cluster }: Pair['old']) => machineRefs(cluster).some(({ ref }) => ref.kind === document.kind && ref.name === document.metadata?.name);
  return uses(pair.old) && uses(pair.new);
}
