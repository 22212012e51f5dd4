/** Identity providers and GitOps objects that an existing cluster uses. */
import { oneOf } from '../finding';
import { documentPath } from '../model/document';
import type { AwsIamSpec } from '../model/identity';
import { awsIamName } from './cluster-rules';
import { isSame, isSameSet } from './compare';
import type { DocumentPair, Pair } from './pair';
import { annotation, bothSides, isSelfManaged } from './pair';
import type { UpdatePath, UpdateRule, Violation } from './rule';
import { UPDATE_PATHS } from './rule';

export const POLICY_UPDATE_RULES: readonly UpdateRule[] = [
  { id: 'W18', paths: ['api'], check: oidc },
  { id: 'W18', paths: UPDATE_PATHS, check: awsIam },
  { id: 'W18', paths: UPDATE_PATHS, check: (pair) => gitOps(pair, 'FluxConfig') },
  { id: 'W18', paths: UPDATE_PATHS, check: (pair) => gitOps(pair, 'GitOpsConfig') },
];

/** Fields of both specs that differ. */
function changedFields({ old, new: now }: DocumentPair): string[] {
  const [before, after] = [old.spec ?? {}, now.spec ?? {}] as Record<string, unknown>[];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isSame(before[name], after[name]));
}

function wholly(document: DocumentPair, fields: readonly string[], paths: readonly UpdatePath[]): Violation {
  const path = `${documentPath(document.new)}.spec.${fields[0]}`;
  return {
    path,
    message: `changes${fields.length > 1 ? ` (with ${oneOf(fields.slice(1))})` : ''}; this ${document.new.kind} is fixed `
      + 'once a cluster uses it',
    fix: 'put it back as it was',
    paths,
  };
}

/** That of a workload cluster may change: the tools mark it when they create it, which a file in git does not show. */
function* oidc(pair: Pair): Iterable<Violation> {
  for (const document of bothSides(pair, 'OIDCConfig')) {
    const fields = changedFields(document);
    const isOfWorkload = annotation(document.old, 'managed-by') !== undefined || !isSelfManaged(pair.old.cluster);
    if (fields.length > 0 && !isOfWorkload) yield wholly(document, fields, ['api']);
  }
}

/** Mappings of roles and users may change. */
function* awsIam(pair: Pair): Iterable<Violation> {
  for (const document of bothSides<AwsIamSpec>(pair, 'AWSIamConfig')) {
    const isSameBackend = isSameSet(document.old.spec?.backendMode, document.new.spec?.backendMode);
    const fields = changedFields(document).filter(
      (name) => ['awsRegion', 'partition'].includes(name) || (name === 'backendMode' && !isSameBackend),
    );
    const isUsed = awsIamName(pair.old) === document.new.metadata?.name && awsIamName(pair.new) === awsIamName(pair.old);
    if (fields.length > 0) yield wholly(document, fields, isUsed ? UPDATE_PATHS : ['api']);
  }
}

function* gitOps(pair: Pair, kind: string): Iterable<Violation> {
  for (const document of bothSides(pair, kind)) {
    const fields = changedFields(document);
    const ref = pair.old.cluster.spec?.gitOpsRef;
    const isUsed = ref?.kind === kind && ref.name === document.new.metadata?.name;
    if (fields.length > 0) yield wholly(document, fields, isUsed ? UPDATE_PATHS : ['api']);
  }
}
