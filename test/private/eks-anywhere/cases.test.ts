import { check } from '../../../src/private/eks-anywhere/check-text';
import type { FeatureFlag } from '../../../src/private/eks-anywhere/rules/rule';
import { recordedLines, testWithData } from './recorded-data';

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

function errorsOf({ cluster, csv, env }: Case) {
  return check(cluster, csv ?? undefined, { flags: Object.keys(env ?? {}) as FeatureFlag[] }).filter((finding) => finding.severity === 'error');
}

testWithData('agrees with the real tools, and with the rules that they lack, on every recorded case', () => {
  const wrong = recordedLines<Case>('cases.jsonl').filter(({ grade }) => grade === 'must').flatMap((one) => {
    const errors = errorsOf(one);
    const shouldRefuse = one.weRefuse || !one.realAccepts;
    return errors.length > 0 === shouldRefuse ? [] : [`${one.id} (${one.what}): ${shouldRefuse ? 'accepted' : errors.map((error) => `${error.path} ${error.message}`).join('; ')}`];
  });
  expect(wrong).toEqual([]);
}, 30_000);

testWithData('names the property that a refused case breaks', () => {
  const unnamed = recordedLines<Case>('cases.jsonl').filter(({ grade, expectPath }) => grade === 'must' && expectPath).flatMap((one) => {
    const errors = errorsOf(one);
    const isNamed = errors.length === 0 || errors.some(({ path }) => path === one.expectPath || /^[.[/]/.test(path.slice(one.expectPath!.length)) && path.startsWith(one.expectPath!));
    return isNamed ? [] : [`${one.id}: expected ${one.expectPath}, got ${errors.map((error) => error.path).join(', ')}`];
  });
  expect(unnamed).toEqual([]);
}, 30_000);
