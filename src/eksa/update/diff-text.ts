/** The same on files as people write them, with line numbers of the new file. */
import type { CheckOptions } from '../check';
import { textFindings } from '../check-text';
import type { Finding } from '../finding';
import type { FileProblem } from '../hardware/hardware-csv';
import { HARDWARE_FILE, parseHardware } from '../hardware/hardware-csv';
import type { SourceText } from '../syntax/encoding';
import { parseClusterFile } from '../yaml/parse';
import type { ParsedFile } from '../yaml/parsed-file';
import { diffDocuments } from './diff';
import type { UpgradeDiff } from './diff';
import { lineOf } from './line-of';
import type { Refusal } from './rule';

export interface FileDiff extends UpgradeDiff {
  /** Why a file could not be read as documents of one cluster; then nothing else is known. */
  readonly unreadable?: readonly (Finding & { readonly side: 'old' | 'new' })[];
}

/**
 * What an upgrade from one cluster.yaml to another would do.
 *
 * @param oldYaml what the cluster holds
 * @param newYaml what is to be applied
 * @param hardwareCsv all machines of the site, those in use included; without it, or with null, machines are not counted
 */
export function diff(oldYaml: SourceText, newYaml: SourceText, hardwareCsv?: SourceText | null, options: CheckOptions = {}): FileDiff {
  const files = { old: parseClusterFile(oldYaml), new: parseClusterFile(newYaml) };
  const hardware = hardwareCsv === undefined || hardwareCsv === null ? undefined : parseHardware(hardwareCsv);
  const found = diffDocuments(contents(files.old), contents(files.new), hardware, options);
  const unreadable = [
    ...problems('old', files.old),
    ...problems('new', files.new),
    ...(hardware?.isIncomplete && hardware.fileProblem ? [hardwareProblem(hardware.fileProblem)] : []),
  ];
  if (!found || unreadable.length > 0) return { ...NOTHING, unreadable };
  const ofHardware = (hardware?.fileProblems ?? []).filter(({ severity }) => severity === 'error').map(hardwareRefusal);
  return {
    ...found,
    cliAccepts: found.cliAccepts && ofHardware.length === 0,
    refusals: [...ofHardware, ...found.refusals.map((refusal) => ({ ...refusal, line: lineOf(refusal.path, files.new.documents) }))],
    warnings: found.warnings.map((finding) => ({ ...finding, line: lineOf(finding.path, files.new.documents) })),
    // Only this command reads the old file: how it is written does not matter.
    newFile: [
      ...textFindings(files.new).filter(({ severity }) => severity === 'error'),
      ...found.newFile.map((finding) => ({ ...finding, line: lineOf(finding.path, files.new.documents) })),
    ],
  };
}

const NOTHING: UpgradeDiff = {
  cliAccepts: false, webhookAccepts: false, refusals: [], newFile: [], warnings: [], changes: [], groups: [], machines: [],
};

function contents({ documents }: ParsedFile): readonly object[] {
  return documents.map(({ content }) => content);
}

/** Why a file cannot be compared: the reason why documents are lost, or else how many Clusters there are. */
function problems(side: 'old' | 'new', { documents, findings, lost }: ParsedFile): (Finding & { side: 'old' | 'new' })[] {
  if (lost.length > 0) return findings.map((finding) => ({ ...finding, side }));
  const clusters = documents.filter(({ content }) => content.kind === 'Cluster').length;
  if (clusters === 1) return [];
  const count: Finding = {
    ruleId: clusters === 0 ? 'P1' : 'P7',
    severity: 'error',
    path: 'Cluster',
    message: `is there ${clusters} times; expected one Cluster in the file`,
  };
  return [...findings, count].map((finding) => ({ ...finding, side }));
}

function hardwareProblem(problem: FileProblem): Finding & { side: 'new' } {
  return { ruleId: 'R-file', path: HARDWARE_FILE, side: 'new', ...problem };
}

/** Only the CLI reads the file; machines are counted as if it were written as the tools want it. */
function hardwareRefusal({ message, fix, line }: FileProblem): Refusal {
  return { ruleId: 'R-file', paths: ['cli'], path: HARDWARE_FILE, message, fix, line };
}
