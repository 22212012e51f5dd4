import { diff } from '../../../src/eksa/update/diff-text';
import { toYaml } from '../../../src/eksa/yaml/emit';
import { bareMetal, changed, docker } from './samples';

const HEADER = 'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk';

/** The line of the new file that holds a text, from 1. */
function lineWith(text: string, part: string): number {
  return text.split('\n').findIndex((line) => line.includes(part)) + 1;
}

test('names the line of a refused change, and the line around it where the place is gone', () => {
  const old = changed(docker(), { 'Cluster.spec.eksaVersion': 'v0.26.0' });
  const change = { 'Cluster.spec.clusterNetwork.pods.cidrBlocks': ['172.20.0.0/16'], 'Cluster.spec.eksaVersion': undefined };
  const text = toYaml(changed(old, change));
  const { refusals } = diff(toYaml(old), text);
  expect(refusals.map(({ ruleId, line }) => [ruleId, line])).toEqual([
    ['W3', lineWith(text, 'cidrBlocks')],
    ['W10', lineWith(text, 'spec:')],
  ]);
});

test('names no line for what is in no document of the new file', () => {
  const csv = `${HEADER}\nn0,x,x,x,x,x,type=cp,x\n`;
  const { refusals } = diff(toYaml(bareMetal()), toYaml(changed(bareMetal(), { 'Cluster.spec.kubernetesVersion': '1.36' })), csv);
  expect(refusals.map(({ path, line }) => [path, line])).toEqual(Array(3).fill(['hardware.csv', undefined]));
});

test('lists what is wrong with the new file by itself, with its line', () => {
  const text = toYaml(changed(docker(), { 'DockerDatacenterConfig/site.spec.color': 'red' }));
  const { newFile, refusals } = diff(toYaml(docker()), text);
  expect(refusals).toEqual([]);
  expect(newFile.map(({ path, line }) => [path, line])).toEqual([['DockerDatacenterConfig/site.spec.color', lineWith(text, 'color')]]);
});

describe('files that hold no cluster', () => {
  const good = toYaml(docker());
  const nothing = {
    cliAccepts: false, webhookAccepts: false, refusals: [], newFile: [], warnings: [], changes: [], groups: [], machines: [],
  };

  test.each([
    ['an old file without a Cluster', 'kind: DockerDatacenterConfig\n', good, [['P1', 'old', 'Cluster']]],
    ['a new file with two', good, `${good}---\n${good}`, [['P7', 'new', 'Cluster']]],
    ['a new file that is no YAML', good, 'kind: Cluster\nspec: [\n', [['P2', 'new', 'cluster.yaml']]],
  ])('%s', (_, old, now, expected) => {
    const { unreadable, ...rest } = diff(old, now);
    expect(rest).toEqual(nothing);
    expect(unreadable!.map(({ ruleId, side, path }) => [ruleId, side, path])).toEqual(expected);
  });

  test('and hardware.csv that cannot be read', () => {
    const { unreadable, ...rest } = diff(good, good, 'hostname\n');
    expect(rest).toEqual(nothing);
    expect(unreadable).toEqual([
      expect.objectContaining({ ruleId: 'R-file', side: 'new', path: 'hardware.csv', line: 1, severity: 'error' }),
    ]);
  });

  test('warnings do not count', () => {
    expect(diff(good, good).unreadable).toBeUndefined();
  });
});
