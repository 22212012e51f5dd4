/** Rules about the operating systems of nodes: which of them a release has, and which Kubernetes versions run on them. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import type { MachineSpec, TinkerbellMachineSpec, VSphereMachineSpec } from '../model/machines';
import { OsFamily } from '../model/os-family';
import type { OperatingSystem } from '../releases/release';
import { operatingSystemIn } from '../syntax/image-os';
import type { GroupMachines } from './group-machines';
import { groupMachines, osFamilyOf } from './group-machines';
import { isWithin } from './release';
import type { Context, Problem, Rule } from './rule';

export const NODE_OS_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'os-release', check: (cluster, context) => osProblems(cluster, context, 'os-release') },
  { id: 'os-kubernetes', check: (cluster, context) => osProblems(cluster, context, 'os-kubernetes') },
];

/** What tells the operating system of a group: the name of an image, or the family alone. */
interface Evidence {
  readonly document: string;
  readonly at: string;
  readonly text: string;
  /** As operating systems are named in releases. */
  readonly name: string;
}

/** Warnings only: a name may say something else than the image is. */
function* osProblems(cluster: ClusterDocument, context: Context, rule: 'os-release' | 'os-kubernetes'): Iterable<Problem> {
  if (context.unknownRelease?.is === 'older') return;
  const told = new Set<string>();
  for (const group of groupMachines(cluster, context)) {
    const evidence = evidenceOf(group, context);
    const judge = rule === 'os-release' ? releaseProblem : kubernetesProblem;
    const problem = evidence && judge(evidence, group, context);
    if (!evidence || !problem) continue;
    const place = `${evidence.document}.${evidence.at} ${problem.message}`;
    if (told.has(place)) continue;
    told.add(place);
    yield { document: evidence.document, at: evidence.at, severity: 'warning', ...problem };
  }
}

function evidenceOf({ machine }: GroupMachines, { provider, tinkerbellDatacenter }: Context): Evidence | undefined {
  const document = documentPath(machine);
  const family = osFamilyOf(machine);
  if (family === OsFamily.BOTTLEROCKET) {
    // On bare metal T19 answers.
    return provider === 'vsphere' ? { document, at: 'spec.osFamily', text: family, name: 'Bottlerocket' } : undefined;
  }
  const own = (machine.spec as (MachineSpec & TinkerbellMachineSpec & VSphereMachineSpec) | undefined);
  const images = [
    { document, at: 'spec.template', text: own?.template },
    { document, at: 'spec.osImageURL', text: own?.osImageURL },
    ...(tinkerbellDatacenter
      ? [{ document: documentPath(tinkerbellDatacenter), at: 'spec.osImageURL', text: tinkerbellDatacenter.spec?.osImageURL }]
      : []),
  ];
  const image = images.find(({ text }) => text);
  const said = image?.text === undefined ? undefined : operatingSystemIn(image.text);
  return said?.family === family ? { ...image!, text: image!.text!, name: said.name } : undefined;
}

function entryFor({ name }: Evidence, { release, provider }: Context): OperatingSystem | undefined {
  return release.operatingSystems.find((one) => one.name === name && provider && one.providers.includes(provider));
}

function releaseProblem(
  evidence: Evidence,
  { kubernetesVersion }: GroupMachines,
  context: Context,
): Pick<Problem, 'message' | 'fix'> | undefined {
  if (entryFor(evidence, context)) return undefined;
  const { release: { version, operatingSystems }, provider } = context;
  const family = operatingSystemIn(evidence.text)?.family;
  const others = operatingSystems.filter((one) => one.family === family && provider && one.providers.includes(provider)
    && isWithin(kubernetesVersion, one.kubernetes ?? {}));
  return {
    message: `is ${asWritten(evidence.text)}, by its name ${evidence.name}, which EKS Anywhere ${version} does not list for nodes`,
    fix: `use ${others.map(({ name }) => name).join(' or ') || 'another operating system'}`,
  };
}

function kubernetesProblem(
  evidence: Evidence,
  { kubernetesVersion }: GroupMachines,
  context: Context,
): Pick<Problem, 'message' | 'fix'> | undefined {
  const entry = entryFor(evidence, context);
  const window = entry?.kubernetes;
  // The rule "version" reports a version that the release does not create at all.
  if (!window || !isWithin(kubernetesVersion, context.release.kubernetes) || isWithin(kubernetesVersion, window)) return undefined;
  return {
    message: `is ${asWritten(evidence.text)}: ${entry.name} runs Kubernetes ${range(window)}, and these nodes get ${kubernetesVersion}`
      + `${entry.why ? ` (${entry.why})` : ''}`,
    fix: `use ${entry.instead ?? 'another operating system'}, or another Kubernetes version`,
  };
}

function range({ oldest, newest }: NonNullable<OperatingSystem['kubernetes']>): string {
  if (oldest === undefined) return `up to 1.${newest}`;
  return newest === undefined ? `from 1.${oldest} on` : `1.${oldest} to 1.${newest}`;
}
