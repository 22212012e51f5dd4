/** Upgrades that people reported in public, rebuilt small: what the real tools did, or their source says, is the right answer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diff } from '../../../src/eksa/update/diff-text';

function upgrade(folder: string, file: string, hardware?: string) {
  const read = (name: string) => readFileSync(join(__dirname, '../recorded/public', folder, name), 'utf8');
  const found = diff(read('old.yaml'), read(file), hardware && read(hardware));
  return {
    accepts: [found.cliAccepts, found.webhookAccepts],
    rules: found.refusals.map(({ ruleId, paths }) => `${ruleId} ${paths.join('+')}`),
    groups: Object.fromEntries(found.groups.map(({ name, action }) => [name, action])),
    wanted: Object.fromEntries(found.machines.map(({ selector, wanted }) => [selector, wanted])),
    refusals: found.refusals,
    templates: found.groups.flatMap(({ causes }) => causes.map(({ template }) => template)),
  };
}

test('another image without a spare machine for the control plane is refused, with the selector', () => {
  const { accepts, rules, refusals } = upgrade('03-os-image-url-change', 'new.yaml', 'hardware.csv');
  expect(accepts).toEqual([false, false]);
  expect(rules).toEqual(['T31 cli+api']);
  expect(refusals[0].message).toContain('type=cp');
});

test.each([
  ['03-os-image-url-change', 'new-and-scale.yaml', 'hardware-enough.csv', 'osImageURL'],
  ['28-eksa-version-and-scale', 'new.yaml', 'hardware.csv', 'eksaVersion'],
  ['03-os-image-url-change', 'new-and-scale.yaml', undefined, 'osImageURL'],
  ['28-eksa-version-and-scale', 'new.yaml', undefined, 'eksaVersion'],
])('scaling beside an upgrade is refused by the CLI alone, with steps: %s/%s with %s', (folder, file, hardware, upgraded) => {
  const { accepts, rules, refusals } = upgrade(folder, file, hardware);
  expect(accepts).toEqual([false, true]);
  expect(rules).toEqual(['W6 cli']);
  expect(refusals[0].steps).toEqual([
    `upgrade with the new ${upgraded} alone: leave the count of 'md-0' (still 1) for the second step`,
    'wait until all nodes are replaced and ready',
    'upgrade again with the new file as it is: now it only scales',
  ]);
});

test('the first worker group of a bare-metal cluster replaces the control plane, which wants a spare machine', () => {
  const { groups, wanted, templates } = upgrade('14-first-worker-group-added', 'new.yaml', 'hardware.csv');
  expect(groups).toEqual({ 'control plane': 'rolling', 'md-0': 'new' });
  expect(wanted).toEqual({ 'type=cp': 1, 'type=worker': 1 });
  expect(templates).toEqual(['KubeadmControlPlane']);
});

test('another certificate of vCenter replaces all machines', () => {
  const { accepts, groups, templates } = upgrade('20-vcenter-thumbprint', 'new.yaml');
  expect(accepts).toEqual([true, true]);
  expect(groups).toEqual({ 'control plane': 'rolling', 'md-0': 'rolling' });
  expect(new Set(templates)).toEqual(new Set(['VSphereMachineTemplate']));
});
