import { check } from '../../src/eksa/check-text';
import type { FeatureFlag } from '../../src/eksa/rules/rule';
import { recordedLines } from './recorded-data';

interface Case {
  readonly id: string;
  readonly what: string;
  readonly grade: 'must' | 'info';
  readonly cluster: string;
  readonly csv: string | null;
  readonly env?: Record<string, string>;
  readonly realAccepts: boolean;
  readonly weRefuse: boolean;
  readonly expectPath?: string | null;
}

/** What is wrong with the answer to a case, or undefined: neither too loose nor too strict, and a refusal names the property. */
function disagreement({ id, what, cluster, csv, env, realAccepts, weRefuse, expectPath }: Case): string | undefined {
  const errors = check(cluster, csv ?? undefined, { eksAnywhereVersion: 'v0.26.0', flags: Object.keys(env ?? {}) as FeatureFlag[] }).filter(
    (finding) => finding.severity === 'error',
  );
  const shouldRefuse = weRefuse || !realAccepts;
  if (errors.length > 0 !== shouldRefuse) {
    return `${id} (${what}): ${shouldRefuse ? 'accepted' : errors.map(({ path, message }) => `${path} ${message}`).join('; ')}`;
  }
  const isNamed =
    !expectPath ||
    errors.length === 0 ||
    errors.some(({ path }) => path === expectPath || (path.startsWith(expectPath) && /^[.[/]/.test(path.slice(expectPath.length))));
  return isNamed ? undefined : `${id}: expected ${expectPath}, got ${errors.map(({ path }) => path).join(', ')}`;
}

test('agrees with the real tools, and with the rules that they lack, on every recorded case, and names the property', () => {
  expect(recordedLines<Case>('cases').filter(({ grade }) => grade === 'must').flatMap((one) => disagreement(one) ?? [])).toEqual([]);
}, 60_000);
