/** Rules about the release of EKS Anywhere: what it creates, which fields it knows, what is broken in it. */
import { asWritten, isOneOf, oneOf } from '../finding';
import type { ClusterDocument, Document } from '../model/document';
import { documentPath } from '../model/document';
import { RELEASES } from '../releases/known';
import type { Breakage, KubernetesWindow, Release } from '../releases/release';
import { NEWEST_RELEASE, isAtLeast, kubernetesVersions } from '../releases/release-table';
import { kubernetesMinor } from '../syntax/version';
import { groupMachines, osFamilyOf } from './group-machines';
import type { Context, Problem, Rule } from './rule';

export const RELEASE_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'release', early: true, check: unknownRelease },
  { id: 'version', early: true, check: kubernetesWindow },
  { id: 'release-field', check: newerFields },
  { id: 'breakage', check: breakages },
];

function* unknownRelease(cluster: ClusterDocument, { unknownRelease: unknown, release }: Context): Iterable<Problem> {
  if (!unknown) return;
  if (unknown.is === 'invalid') {
    // In the file, C65 answers.
    if (unknown.version === cluster.spec?.eksaVersion) return;
    yield { at: 'spec.eksaVersion', message: `is ${asWritten(unknown.version)}; expected a release such as ${NEWEST_RELEASE.version}` };
    return;
  }
  yield {
    at: 'spec.eksaVersion',
    severity: 'warning',
    message: unknown.is === 'newer'
      ? `names EKS Anywhere ${unknown.version}, which is not known here: the rules of ${release.version} apply`
      : `names EKS Anywhere ${unknown.version}, which is older than the releases known here: the rules of ${release.version} apply, `
        + 'and which Kubernetes versions it creates is not checked',
    fix: unknown.is === 'newer' ? `check its release notes; the newest release known here is ${NEWEST_RELEASE.version}` : undefined,
  };
}

/** Kubernetes versions of the cluster and of its groups, where they are written. */
export function* writtenVersions(cluster: ClusterDocument): Iterable<{ at: string; version: string | undefined }> {
  yield { at: 'spec.kubernetesVersion', version: cluster.spec?.kubernetesVersion };
  for (const [index, { kubernetesVersion }] of (cluster.spec?.workerNodeGroupConfigurations ?? []).entries()) {
    // A group without a version follows the cluster; an empty text is a version, and an unknown one.
    if (kubernetesVersion !== undefined) {
      yield { at: `spec.workerNodeGroupConfigurations[${index}].kubernetesVersion`, version: kubernetesVersion };
    }
  }
}

function* kubernetesWindow(cluster: ClusterDocument, { release, isReleaseNamed, unknownRelease: unknown }: Context): Iterable<Problem> {
  if (unknown?.is === 'older') return;
  const supported = kubernetesVersions(release);
  for (const { at, version } of writtenVersions(cluster)) {
    if (isOneOf(version, supported)) continue;
    const others = otherReleases(version);
    yield {
      at,
      message: `is ${asWritten(version)}; EKS Anywhere ${release.version} creates ${supported[0]} to ${supported.at(-1)}${others}`,
      fix: `use one of ${oneOf(supported)}${others && !isReleaseNamed ? ', or name the release that you use' : ''}`,
    };
  }
}

/** Which releases have a version that this one has not. */
function otherReleases(version: string | undefined): string {
  const having = RELEASES.filter((one) => isOneOf(version, kubernetesVersions(one)));
  if (having.length === 0) return '';
  const [first, last] = [having[0], having[having.length - 1]].map((one) => one.version);
  if (last === NEWEST_RELEASE.version) return `; ${first} and newer have ${asWritten(version)}`;
  return first === last ? `; ${first} has ${asWritten(version)}` : `; ${first} to ${last} have ${asWritten(version)}`;
}

/** Fields of later releases: the CLI passes over them in machine configurations, the Kubernetes API refuses them everywhere. */
function* newerFields(_cluster: ClusterDocument, { documents, release, unknownRelease: unknown }: Context): Iterable<Problem> {
  const later = RELEASES.filter((one) => !isAtLeast(release, one.version));
  for (const { version, newFields } of later) {
    for (const { kind, path } of newFields) {
      for (const document of documents.filter((one) => one.kind === kind)) {
        if (valueAt(document, path) === undefined) continue;
        yield {
          document: documentPath(document),
          at: path,
          message: `came with EKS Anywhere ${version}; ${unknown?.version ?? release.version} does not know it`,
          fix: `remove it, or use ${version} or newer`,
        };
      }
    }
  }
}

function valueAt(document: Document, path: string): unknown {
  return path.split('.').reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], document);
}

function* breakages(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  for (const breakage of context.release.breakages) {
    if (!isConcerned(cluster, breakage, context)) continue;
    yield {
      rule: breakage.id, at: breakage.concerns.field, severity: 'warning', message: said(breakage, context.release), fix: breakage.fix,
    };
  }
}

function said({ says }: Breakage, { version }: Release): string {
  return `${says} (EKS Anywhere ${version})`;
}

function isConcerned(cluster: ClusterDocument, { concerns }: Breakage, context: Context): boolean {
  const { field, provider, osFamily, kubernetes } = concerns;
  if (valueAt(cluster, field) === undefined || (provider && provider !== context.provider)) return false;
  if (!osFamily && !kubernetes) return true;
  return groupMachines(cluster, context).some(({ kubernetesVersion, machine }) =>
    (!osFamily || osFamilyOf(machine) === osFamily) && isWithin(kubernetesVersion, kubernetes ?? {}));
}

/** Whether a Kubernetes version is in a window; one that cannot be read is not. */
export function isWithin(version: string | undefined, { oldest = 0, newest = Infinity }: Partial<KubernetesWindow>): boolean {
  const minor = kubernetesMinor(version);
  return minor !== undefined && minor >= oldest && minor <= newest;
}
