/** Situations around releases, as people met them: recorded/public/40-release-0-24 and 46-news-0-27. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../../src/eksa/check-text';
import { TODAY } from '../today';

const PUBLIC = join(__dirname, '..', 'recorded', 'public');

/** `severity rule line` of each finding. */
function found(folder: string, file: string, release: string | undefined, hasHardware = true): string[] {
  const read = (name: string) => readFileSync(join(PUBLIC, folder, name), 'utf8');
  return check(read(file), hasHardware ? read('hardware.csv') : undefined, { eksAnywhereVersion: release, today: TODAY })
    .map(({ severity, ruleId, line }) => `${severity} ${ruleId} ${line}`);
}

test.each([
  ['affinity.yaml', 'v0.24.0', ['error release-field 48']],
  ['affinity.yaml', 'v0.25.0', []],
  ['affinity.yaml', undefined, []],
  ['helm.yaml', 'v0.23.0', ['error version 28', 'error release-field 9']],
  ['helm.yaml', 'v0.24.0', ['warning helm-values 9']],
  ['helm.yaml', 'v0.26.3', []],
])('%s by %s', (file, release, expected) => {
  expect(found('40-release-0-24', file, release)).toEqual(expected);
});

test.each([
  ['k137.yaml', 'v0.26.0', ['error version 25']],
  ['k137.yaml', 'v0.27.0', []],
  ['k137.yaml', undefined, []],
  ['ipv6.yaml', 'v0.26.0', ['error C36 11']],
  ['ipv6.yaml', 'v0.27.0', ['warning ipv6 11']],
  ['v0263.yaml', 'v0.26.2', []],
  ['v0263.yaml', 'v0.26.3', []],
])('%s by %s', (file, release, expected) => {
  expect(found('46-news-0-27', file, release)).toEqual(expected);
});

test.each(['v0.26.0', 'v0.27.0'])('rhel8.yaml by %s', (release) => {
  expect(found('46-news-0-27', 'rhel8.yaml', release, false)).toEqual(['warning os-kubernetes 58', 'warning os-kubernetes 76']);
});
