/** The same on files as people write them. */
import type { CheckOptions } from '../check';
import { checkDocuments } from '../check';
import { textFindings } from '../check-text';
import type { Finding } from '../finding';
import type { Hardware } from '../hardware/hardware-csv';
import { HARDWARE_FILE, parseHardware } from '../hardware/hardware-csv';
import type { Document } from '../model/document';
import { diff } from '../update/diff-text';
import { lineOf } from '../update/line-of';
import { toYaml } from '../yaml/emit';
import { parseClusterFile } from '../yaml/parse';
import type { PlanOptions, UpgradePlan } from './plan';
import { planUpgrade } from './plan';
import { STEP_FILE, folderOf } from './step';

export interface FilePlan extends UpgradePlan {
  /** Why a file could not be read as documents of one cluster; then nothing else is known. */
  readonly unreadable?: readonly (Finding & { readonly side: 'old' | 'new' })[];
  /** Errors of the file of machines, where a step gives it to the tools: they would refuse it. */
  readonly hardwareFile?: readonly Finding[];
}

export interface StepFile {
  /** `step-1/cluster.yaml`. */
  readonly name: string;
  readonly text: string;
}

export interface PlannedFiles {
  readonly plan: FilePlan;
  /** Empty while an image is missing: no file with a hole in it can be applied by mistake. */
  readonly files: readonly StepFile[];
}

/**
 * The steps of an upgrade from one cluster.yaml to another, with the files of each.
 *
 * @param oldYaml what the cluster holds
 * @param newYaml what it should hold; the last step's file is this text
 * @param hardwareCsv all machines of the site, those in use included; without it machines are not counted
 */
export function plan(oldYaml: string, newYaml: string, hardwareCsv?: string, options: PlanOptions = {}): PlannedFiles {
  const { unreadable } = diff(oldYaml, newYaml, hardwareCsv, options);
  const [old, now] = [oldYaml, newYaml].map(parseClusterFile);
  const hardware = hardwareCsv === undefined ? undefined : parseHardware(hardwareCsv);
  const [before, after] = [old, now].map(({ documents }) => documents.map(({ content }) => content as unknown as Document));
  const planned = unreadable ? undefined : planUpgrade(before, after, hardware, options);
  if (!planned) return { plan: { ...UNKNOWN, path: options.path ?? 'cli', unreadable: unreadable ?? [] }, files: [] };
  const newFile = [
    ...textFindings(now).filter(({ severity }) => severity === 'error'),
    ...planned.plan.newFile.map((finding) => ({ ...finding, line: lineOf(finding.path, now.documents) })),
  ];
  const isGiven = planned.plan.steps.some((step) => step.files.includes(HARDWARE_FILE));
  const hardwareFile = isGiven ? hardwareErrors(after, hardware, options) : [];
  const isBlocked = planned.plan.outcome === 'ready' && newFile.length + hardwareFile.length > 0;
  const withLines: FilePlan = {
    ...planned.plan,
    outcome: isBlocked ? 'blocked' : planned.plan.outcome,
    refusals: planned.plan.refusals.map((refusal) => ({ ...refusal, line: lineOf(refusal.path, now.documents) })),
    newFile,
    hardwareFile,
  };
  const texts: Readonly<Record<string, (index: number) => string>> = {
    [STEP_FILE]: (index) => index === planned.documents.length - 1 ? newYaml : toYaml(planned.documents[index]),
    [HARDWARE_FILE]: () => hardwareCsv!,
  };
  const files = planned.plan.steps.flatMap((step, index) =>
    step.files.map((name): StepFile => ({ name: `${folderOf(step.number)}/${name}`, text: texts[name](index) })),
  );
  return { plan: withLines, files: planned.plan.images.length > 0 ? [] : files };
}

/** What is wrong with the file or with its rows; how many machines there are is counted for each step. */
function hardwareErrors(documents: readonly Document[], hardware: Hardware | undefined, options: CheckOptions): Finding[] {
  return checkDocuments(documents, hardware, { ...options, isExisting: true }).filter(({ severity, ruleId, path }) => {
    return severity === 'error' && (ruleId === 'R-file' || path.startsWith(`${HARDWARE_FILE}/`));
  });
}

const UNKNOWN: UpgradePlan = {
  outcome: 'refused', path: 'cli', cluster: '', steps: [], refusals: [], newFile: [], images: [], notes: [],
};
