/** Fixed fields of the documents around the Cluster: datacenters and machine configurations. */
import { asWritten } from '../finding';
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import type {
  MachineSpec,
  TinkerbellDatacenterSpec,
  TinkerbellMachineSpec,
  VSphereDatacenterSpec,
  VSphereMachineSpec,
} from '../model/machines';
import { machineRefs } from '../rules/references';
import { changed } from './cluster-rules';
import { isSame } from './compare';
import type { DocumentPair, Pair } from './pair';
import { annotation, bothSides, find, isPaused } from './pair';
import type { UpdatePath, UpdateRule, Violation } from './rule';
import { UPDATE_PATHS } from './rule';

export const OBJECT_UPDATE_RULES: readonly UpdateRule[] = [
  { id: 'W13', paths: UPDATE_PATHS, check: tinkerbellDatacenter },
  { id: 'W15', paths: UPDATE_PATHS, check: tinkerbellMachines },
  { id: 'W16', paths: UPDATE_PATHS, check: vsphereMachines },
  { id: 'F7', paths: UPDATE_PATHS, check: sshKeys },
  { id: 'W17', paths: UPDATE_PATHS, check: vsphereDatacenter },
];

function* fixed<Spec>(
  { old, new: now }: DocumentPair<Spec>,
  fields: readonly (keyof Spec & string)[],
  paths: readonly UpdatePath[],
  fix?: string,
): Iterable<Violation> {
  if (paths.length === 0) return;
  for (const field of fields.filter((name) => !isSame(old.spec?.[name], now.spec?.[name]))) {
    const [before, after] = [old.spec?.[field], now.spec?.[field]];
    yield {
      path: `${documentPath(now)}.spec.${field}`,
      message: changed(before, after),
      fix: fix ?? `set it back to ${asWritten(before)}`,
      paths,
    };
  }
}

/** The webhook judges every document, the CLI those that the Cluster refers to. */
function* tinkerbellDatacenter(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<TinkerbellDatacenterSpec>(pair, 'TinkerbellDatacenterConfig')) {
    const isReferenced = isDatacenter(pair, document.new);
    yield* fixed(document, ['tinkerbellIP'], isReferenced ? UPDATE_PATHS : ['api']);
    const managedByCli = annotation(document.new, 'managed-by-cli') !== undefined;
    const isUpgrade = pair.old.cluster.spec?.kubernetesVersion !== pair.new.cluster.spec?.kubernetesVersion;
    const paths = UPDATE_PATHS.filter((by) => by === 'api' ? !managedByCli : isReferenced && !isUpgrade);
    yield* fixed(document, ['hookImagesURLPath'], paths, 'change it by the CLI, together with kubernetesVersion');
    yield* fixed(document, ['skipLoadBalancerDeployment'], managedByCli ? [] : ['api']);
  }
}

function* vsphereDatacenter(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<VSphereDatacenterSpec>(pair, 'VSphereDatacenterConfig')) {
    const paths = UPDATE_PATHS.filter((by) => by === 'api' ? !isPaused(document.old) : isDatacenter(pair, document.new));
    yield* fixed(document, ['server', 'datacenter', 'network'], paths);
  }
}

function isDatacenter(pair: Pair, document: Document): boolean {
  const ref = pair.new.cluster.spec?.datacenterRef;
  return ref?.kind === document.kind && ref.name === document.metadata?.name;
}

function* tinkerbellMachines(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<TinkerbellMachineSpec>(pair, 'TinkerbellMachineConfig')) {
    const paths = UPDATE_PATHS.filter((by) => by === 'api' || isUsedBefore(pair, document.new));
    yield* fixed(document, ['osFamily'], paths);
    yield* firstUser(document, paths);
  }
}

/** Only the first user and that user's first key are used; the webhook counts them as well. */
function* firstUser({ old, new: now }: DocumentPair<TinkerbellMachineSpec>, paths: readonly UpdatePath[]): Iterable<Violation> {
  const path = `${documentPath(now)}.spec.users`;
  const [before, after] = [old, now].map(({ spec }) => spec?.users ?? []);
  if (before.length !== after.length) {
    yield {
      path,
      message: `has ${after.length} users and had ${before.length}; their number is fixed`,
      fix: 'keep the users as they were',
      paths: ['api'],
    };
  }
  if (!before[0] || !after[0]) return;
  const [keysBefore, keysAfter] = [before[0], after[0]].map(({ sshAuthorizedKeys }) => sshAuthorizedKeys ?? []);
  if (before[0].name !== after[0].name) {
    yield {
      path: `${path}[0].name`,
      message: changed(before[0].name, after[0].name),
      fix: `set it back to ${asWritten(before[0].name)}`,
      paths,
    };
  }
  if (keysBefore.length !== keysAfter.length) {
    yield {
      path: `${path}[0].sshAuthorizedKeys`,
      message: `has ${keysAfter.length} keys and had ${keysBefore.length}; their number is fixed`,
      fix: 'keep the keys as they were',
      paths: ['api'],
    };
  }
  if (keysAfter[0] && keysBefore[0] !== keysAfter[0]) {
    yield { path: `${path}[0].sshAuthorizedKeys[0]`, message: changed(keysBefore[0], keysAfter[0]), fix: 'put the old key back', paths };
  }
}

function* vsphereMachines(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<VSphereMachineSpec>(pair, 'VSphereMachineConfig')) {
    const paths = UPDATE_PATHS.filter((by) => by === 'api' ? !isPaused(document.old) : isUsedBefore(pair, document.new));
    yield* fixed(document, ['osFamily', 'storagePolicyName'], paths);
  }
}

/** The CLI makes keys when it creates a cluster, but not when it upgrades one. */
function* sshKeys(pair: Pair): Iterable<Violation> {
  const used = new Set(machineRefs(pair.new.cluster).map(({ ref }) => find<MachineSpec>(pair.new, ref.kind, ref.name)));
  for (const document of pair.new.documents as readonly Document<MachineSpec>[]) {
    const isMachine = /^(Tinkerbell|VSphere)MachineConfig$/.test(document.kind);
    if (!isMachine || document.spec?.users?.[0]?.sshAuthorizedKeys?.[0]) continue;
    yield {
      path: `${documentPath(document)}.spec.users`,
      message: 'has no SSH key for its first user; an existing cluster needs one',
      fix: 'give one user with one key',
      paths: used.has(document) ? UPDATE_PATHS : ['api'],
    };
  }
}

/** A machine configuration that is new, or that only new groups use, may be as it likes. */
function isUsedBefore(pair: Pair, document: Document): boolean {
  const uses = ({ cluster }: Pair['old']) =>
    machineRefs(cluster).some(({ ref }) => ref.kind === document.kind && ref.name === document.metadata?.name);
  return uses(pair.old) && uses(pair.new);
}
