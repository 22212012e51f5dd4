import { describe, expect, it } from 'vitest';
import { changedValues, describeChanges } from './changes-text.ts';

const THUMBPRINT = Array.from({ length: 20 }, () => 'AA').join(':');

describe('changed values', () => {
  it.each([
    ['short texts', 'a', 'b', ["'a'", "'b'"]],
    ['a field that is new', undefined, false, ['(nothing)', 'false']],
    ['what differs at the beginning', `1${THUMBPRINT}`, `2${THUMBPRINT}`,
      [`'1${THUMBPRINT.slice(0, 55)}...`, `'2${THUMBPRINT.slice(0, 55)}...`]],
    ['what differs at the end', `${'x'.repeat(90)}1`, `${'x'.repeat(90)}2`, [`...${'x'.repeat(55)}1'`, `...${'x'.repeat(55)}2'`]],
    ['what differs in the middle', `${'x'.repeat(90)}1${'y'.repeat(90)}`, `${'x'.repeat(90)}2${'y'.repeat(90)}`,
      [`...${'x'.repeat(15)}1${'y'.repeat(38)}...`, `...${'x'.repeat(15)}2${'y'.repeat(38)}...`]],
    ['a short text and a long one', 'x', 'x'.repeat(90), ["'x'", `'${'x'.repeat(56)}...`]],
  ])('show %s', (_what, old, now, expected) => {
    expect(changedValues(old, now)).toEqual(expected);
  });

  it('are never longer than a column, and never look the same', () => {
    for (let length = 1; length < 200; length += 1) {
      const [from, to] = changedValues(`${'x'.repeat(length)}1${'y'.repeat(200 - length)}`, `${'x'.repeat(length)}2`);
      expect(Math.max(from.length, to.length)).toBeLessThanOrEqual(60);
      expect(from).not.toBe(to);
    }
  });
});

describe('changes', () => {
  it('are a table while it fits into a terminal', () => {
    expect(describeChanges([{ path: 'Cluster.spec.kubernetesVersion', old: '1.35', new: '1.36' }])).toBe([
      'where                           from    to',
      '------------------------------  ------  ------',
      "Cluster.spec.kubernetesVersion  '1.35'  '1.36'",
      '',
    ].join('\n'));
  });

  it('have lines of their own where the table would wrap', () => {
    const path = `TinkerbellMachineConfig/lab.spec.${'x'.repeat(100)}`;
    expect(describeChanges([{ path, old: 'a', new: 'b' }])).toBe(`${path}\n  from  'a'\n  to    'b'`);
  });

  it('are none', () => {
    expect(describeChanges([])).toBe('none');
  });
});
