import { describe, expect, it } from 'vitest';

import { Source } from './source.ts';

describe('plain scalars of YAML', () => {
  it.each([
    ['yes', true], ['Yes', true], ['YES', true], ['on', true], ['On', true], ['true', true],
    ['no', false], ['No', false], ['off', false], ['OFF', false], ['False', false],
    ['y', 'y'], ['n', 'n'], ['Y', 'Y'], ['yEs', 'yEs'], ['yes please', 'yes please'], ['"off"', 'off'], ['\'010\'', '010'],
    ['0', 0], ['00', 0], ['010', 8], ['-017', -15], ['08', 8], ['80', 80], ['+5', 5], ['0x50', 80],
    ['1_000', 1000], ['-65_535', -65535], ['0b1010', 10], ['1:30', 90], ['1:00:00', 3600], ['1:75', '1:75'],
    ['1.5', 1.5], ['1.2.3', '1.2.3'], ['10.0.0.1:80', '10.0.0.1:80'], ['2001-01-01', '2001-01-01'], ['::1', '::1'], ['_1', '_1'],
    ['~', null], ['null', null], ['', null],
  ])('%s', (text, value) => {
    expect(new Source(`key: ${text}\n`).content).toEqual({ key: value });
  });

  it('reads JSON as JSON', () => {
    expect(new Source('{"key":"off","other":"010"}').content).toEqual({ key: 'off', other: '010' });
  });
});
