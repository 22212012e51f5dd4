/** Findings name files by their usual names; people know theirs by those that they gave. */
import { basename } from 'node:path';
import type { Finding } from '../../src/eksa/finding';
import { HARDWARE_FILE } from '../../src/eksa/hardware/hardware-csv';
import { CLUSTER_FILE } from '../../src/eksa/yaml/file-finding';
import { shownPath } from './files.ts';

/** Paths from the command line. */
export interface GivenFiles {
  readonly cluster: string;
  readonly hardware?: string;
}

/** Paths of two states of a cluster. */
export interface ComparedFiles {
  readonly old: string;
  readonly new: string;
  readonly hardware?: string;
}

/** A text with the names that the files have. */
export function namedAsGiven(text: string, { cluster, hardware }: GivenFiles): string {
  return text
    .replace(/\bhardware\.csv\b/g, () => nameOf(hardware ?? HARDWARE_FILE))
    .replace(/\bcluster\.yaml\b/g, () => nameOf(cluster));
}

/** The same for what a finding says; its path stays what programs compare. */
export function saidAsGiven<T extends { readonly message: string; readonly fix?: string }>(finding: T, files: GivenFiles): T {
  const { message, fix } = finding;
  return { ...finding, message: namedAsGiven(message, files), ...(fix === undefined ? {} : { fix: namedAsGiven(fix, files) }) };
}

/** Why files cannot be compared, each finding with the file that it is about. */
export function unreadableAsGiven(
  findings: readonly (Finding & { readonly side: 'old' | 'new' })[],
  { old, new: now, hardware }: ComparedFiles,
): (Finding & { readonly file: string })[] {
  return findings.map((finding) => {
    const files = finding.side === 'old' ? { cluster: old } : { cluster: now, hardware };
    return { ...saidAsGiven(finding, files), path: namedAsGiven(finding.path, files), file: fileOf(finding, files) };
  });
}

/** The file that a finding is about: findings about machines carry the path of a cell. */
export function fileOf({ path }: { readonly path: string }, { cluster, hardware }: GivenFiles): string {
  return shownPath(isOfHardware({ path }) ? hardware ?? HARDWARE_FILE : cluster);
}

/** Whether a finding is about a file as a whole. */
export function isOfWholeFile({ path }: { readonly path: string }): boolean {
  return path === CLUSTER_FILE || path === HARDWARE_FILE;
}

/** Whether a finding is about the machines or their file. */
export function isOfHardware({ path }: { readonly path: string }): boolean {
  return path === HARDWARE_FILE || path.startsWith(`${HARDWARE_FILE}/`);
}

function nameOf(path: string): string {
  return basename(shownPath(path));
}
