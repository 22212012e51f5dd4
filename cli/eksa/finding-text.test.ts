import { expect, it } from 'vitest';
import { describeFindings } from './finding-text.ts';

const FINDING = { severity: 'error', ruleId: 'C8', path: 'Cluster.spec.count', message: 'is 0', fix: 'set it to 1', line: 12 } as const;
const FOLDER = 'sites/factory/frankfurt/bare-metal';

it('puts findings beside their places, in columns', () => {
  const findings = [{ ...FINDING, file: 'cluster.yaml' }, { ...FINDING, line: 2, fix: undefined, file: 'cluster.yaml' }];
  expect(describeFindings(findings, 'two')).toBe([
    'cluster.yaml:2   error C8  Cluster.spec.count is 0',
    'cluster.yaml:12  error C8  Cluster.spec.count is 0',
    '                 → set it to 1',
    '',
    'two',
    '',
  ].join('\n'));
});

it('puts findings below their places where those are long', () => {
  expect(describeFindings([{ ...FINDING, file: `${FOLDER}/cluster.yaml` }], 'one')).toBe([
    `${FOLDER}/cluster.yaml:12  error C8`,
    '  Cluster.spec.count is 0',
    '  → set it to 1',
    '',
    'one',
    '',
  ].join('\n'));
});
