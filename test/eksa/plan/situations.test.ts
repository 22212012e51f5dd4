/** Upgrades that people reported in public, as plans. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanOptions } from '../../../src/eksa/plan/plan';
import { plan } from '../../../src/eksa/plan/plan-text';

const RECORDED = join(__dirname, '../recorded/public');

function planOf(folder: string, now: string, hardware?: string, options: PlanOptions = {}) {
  const read = (name: string) => readFileSync(join(RECORDED, folder, name), 'utf8');
  return plan(read('old.yaml'), read(now), hardware === undefined ? undefined : read(hardware), options).plan;
}

test.each<[string, string, string | undefined, PlanOptions, string, string[]]>([
  ['03-os-image-url-change', 'new.yaml', 'hardware.csv', {}, 'blocked', ['change osImageURL']],
  ['03-os-image-url-change', 'new.yaml', 'hardware.csv', { withoutSpares: true }, 'ready', [
    'change upgradeRolloutStrategy, osImageURL', 'change upgradeRolloutStrategy',
  ]],
  ['03-os-image-url-change', 'new-and-scale.yaml', 'hardware-enough.csv', {}, 'ready', ['change osImageURL', 'md-0 from 1 to 3 nodes']],
  ['14-first-worker-group-added', 'new.yaml', 'hardware.csv', {}, 'blocked', ['add md-0']],
  ['20-vcenter-thumbprint', 'new.yaml', undefined, {}, 'ready', ['change thumbprint']],
  ['28-eksa-version-and-scale', 'new.yaml', 'hardware.csv', {}, 'ready', ['EKS Anywhere v0.25.3 → v0.26.0', 'md-0 from 1 to 2 nodes']],
])('%s: %s with %s', (folder, now, hardware, options, outcome, titles) => {
  const { outcome: found, steps } = planOf(folder, now, hardware, options);
  expect([found, steps.map(({ title }) => title)]).toEqual([outcome, titles]);
});

test('the first worker group replaces the control plane, which wants a spare machine', () => {
  const { steps: [step] } = planOf('14-first-worker-group-added', 'new.yaml', 'hardware.csv');
  expect(step.groups).toMatchObject([{ name: 'control plane', action: 'rolling' }, { name: 'md-0', action: 'new' }]);
});
