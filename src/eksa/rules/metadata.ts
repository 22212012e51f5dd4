/** Rules about the metadata of every document: what the API server refuses, whichever the kind. */
import { asWritten } from '../finding';
import type { Document } from '../model/document';
import { isDnsLabel, isDnsSubdomain, labelKeyProblem } from '../syntax/names';
import { labelProblems } from './node-group';
import type { Problem } from './rule';

/** Keys and values of all annotations of an object together. */
const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

interface MetadataRule {
  readonly id: string;
  readonly check: (document: Document) => Iterable<Problem>;
}

export const METADATA_RULES: readonly MetadataRule[] = [
  { id: 'meta', check: objectName },
  { id: 'meta', check: namespace },
  { id: 'meta', check: ({ metadata }) => labelProblems(metadata?.labels, 'metadata.labels') },
  { id: 'meta', check: annotations },
];

/** The Cluster's own name has rules C1, C2 and S12. */
function* objectName({ kind, metadata }: Document): Iterable<Problem> {
  const name = metadata?.name;
  if (kind !== 'Cluster' && name && !isDnsSubdomain(name)) {
    yield { at: 'metadata.name', message: `is ${asWritten(name)}; expected lower-case letters, digits, dashes and dots` };
  }
}

function* namespace({ metadata }: Document): Iterable<Problem> {
  const name = metadata?.namespace;
  if (name && !isDnsLabel(name)) {
    yield { at: 'metadata.namespace', message: `is ${asWritten(name)}; expected lower-case letters, digits and dashes` };
  }
}

function* annotations({ metadata }: Document): Iterable<Problem> {
  const entries = Object.entries(metadata?.annotations ?? {});
  for (const [key] of entries) {
    const problem = labelKeyProblem(key.toLowerCase());
    if (problem) yield { at: `metadata.annotations.${key}`, message: `the annotation key '${key}' ${problem}` };
  }
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > ANNOTATIONS_LIMIT_BYTES) {
    yield { at: 'metadata.annotations', message: `holds ${size} characters; at most ${ANNOTATIONS_LIMIT_BYTES} are allowed` };
  }
}
