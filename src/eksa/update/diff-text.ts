/** The same on files as people write them, with line numbers of the new file. */
import type { CheckOptions } from '../check';
import type { Finding } from '../finding';
import { parseHardware } from '../hardware/hardware-csv';
import type { ParsedFile } from '../yaml/parse';
import { parseClusterFile } from '../yaml/parse';
import { diffDocuments } from './diff';
import type { UpgradeDiff } from './diff';
import { lineOf } from './line-of';

export interface FileDiff extends UpgradeDiff {
  /** Why a file could not be read as documents of one cluster; then nothing else is known. */
  readonly unreadable?: readonly (Finding & { readonly side: 'old' | 'new' })[];
}

/**
 * What an upgrade from one cluster.yaml to another would do.
 *
 * @param oldYaml what the cluster holds
 * @param newYaml what is to be applied
 * @param hardwareCsv all machines of the site, those in use included; without it machines are not counted
 */
export function diff(oldYaml: string, newYaml: string, hardwareCsv?: string, options: CheckOptions = {}): FileDiff {
  const files = { old: parseClusterFile(oldYaml), new: parseClusterFile(newYaml) };
  const hardware = hardwareCsv === undefined ? undefined : parseHardware(hardwareCsv);
  const found = diffDocuments(contents(files.old), contents(files.new), hardware, options);
  const unreadable = [
    ...problems('old', files.old),
    ...problems('new', files.new),
    ...(hardware?.fileProblem ? [hardwareProblem(hardware.fileProblem)] : []),
  ];
  if (!found || unreadable.length > 0) return { ...NOTHING, unreadable };
  return {
    ...found,
    refusals: found.refusals.map((refusal) => ({ ...refusal, line: lineOf(refusal.path, files.new.documents) })),
    newFile: found.newFile.map((finding) => ({ ...finding, line: lineOf(finding.path, files.new.documents) })),
  };
}

const NOTHING: UpgradeDiff = { cliAccepts: false, webhookAccepts: false, refusals: [], newFile: [], changes: [], groups: [], machines: [] };

function contents({ documents }: ParsedFile): readonly object[] {
  return documents.map(({ content }) => content);
}

function problems(side: 'old' | 'new', file: ParsedFile): (Finding & { side: 'old' | 'new' })[] {
  const clusters = file.documents.filter(({ content }) => content.kind === 'Cluster').length;
  const count: Finding[] =
    clusters === 1
      ? []
      : [
        {
          ruleId: clusters === 0 ? 'P1' : 'P7',
          severity: 'error',
          path: 'Cluster',
          message: `is there ${clusters} times; expected one Cluster in the file`,
        },
      ];
  return [...file.findings.filter(({ severity }) => severity === 'error'), ...count].map((finding) => ({ ...finding, side }));
}

function hardwareProblem(problem: { message: string; line: number }): Finding & { side: 'new' } {
  return { ruleId: 'R-file', severity: 'error', path: 'hardware.csv', side: 'new', ...problem };
}
