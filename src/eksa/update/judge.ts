/** Whether a change would be accepted, on each of the two paths. */
import type { Finding } from '../finding';
import { CLUSTER_UPDATE_RULES } from './cluster-rules';
import { ENCRYPTION_UPDATE_RULES } from './encryption-rules';
import { OBJECT_UPDATE_RULES } from './object-rules';
import type { Pair } from './pair';
import { POLICY_UPDATE_RULES } from './policy-rules';
import type { Refusal, UpdatePath, UpdateRule } from './rule';
import { refusals } from './rule';
import { SCALING_UPDATE_RULES } from './scaling-rules';
import { VERSION_UPDATE_RULES } from './version-rules';

const UPDATE_RULES: readonly UpdateRule[] = [
  ...CLUSTER_UPDATE_RULES, ...SCALING_UPDATE_RULES, ...VERSION_UPDATE_RULES, ...ENCRYPTION_UPDATE_RULES, ...OBJECT_UPDATE_RULES,
  ...POLICY_UPDATE_RULES,
];

/**
 * Rules of creation that are run again on the new state: all of the Cluster's own on both paths; those on references, on the
 * supported versions and on licences by the CLI alone; those on the datacenter and on bare-metal machines by the API's webhooks alone.
 */
const RUN_AGAIN: readonly { readonly rules: RegExp; readonly by: UpdatePath }[] = [
  { by: 'cli', rules: /^(C\d+|X(?!11$)\d+|H\d+|version|license-\w+)$/ },
  { by: 'api', rules: /^(C\d+|X([4-9]|1[024-7])|H\d+|T([34578]|9|1[0-6]))$/ },
];

interface Judgement {
  readonly refusals: readonly Refusal[];
  /** What is wrong with the new file by itself and did not count above: `eksa check` tells the same. */
  readonly newFile: readonly Finding[];
  /** What the new file warns about and the old one did not. */
  readonly warnings: readonly Finding[];
}

/**
 * @param found what the new file says by itself
 * @param before the same of the old one
 */
export function judge(pair: Pair, found: readonly Finding[], before: readonly Finding[]): Judgement {
  const errors = found.filter(({ severity }) => severity === 'error');
  const again = errors.flatMap((finding): Refusal[] => {
    const paths = RUN_AGAIN.filter(({ rules }) => rules.test(finding.ruleId)).map(({ by }) => by);
    const { ruleId, path, message, fix } = finding;
    return paths.length > 0 ? [{ ruleId, paths, path, message, fix }] : [];
  });
  const counted = new Set(again.map(({ ruleId, path }) => `${ruleId} ${path}`));
  return {
    refusals: [...refusals(UPDATE_RULES, pair), ...again],
    newFile: errors.filter((finding) => isJudgedOnUpdate(finding) && !counted.has(`${finding.ruleId} ${finding.path}`)),
    warnings: newWarnings(found, before),
  };
}

/** Encryption is refused at creation only, and hardware is counted separately. */
export function isJudgedOnUpdate({ ruleId }: Finding): boolean {
  return ruleId !== 'F8' && ruleId !== 'F9';
}

/** That a release is not known is said whenever it judges. */
function newWarnings(found: readonly Finding[], before: readonly Finding[]): Finding[] {
  const known = new Set(before.map(({ ruleId, path, message }) => `${ruleId} ${path} ${message}`));
  return found.filter(({ severity, ruleId, path, message }) =>
    severity === 'warning' && (ruleId === 'release' || !known.has(`${ruleId} ${path} ${message}`)));
}

export function isAccepted(all: readonly Refusal[], by: UpdatePath): boolean {
  return !all.some(({ paths }) => paths.includes(by));
}
