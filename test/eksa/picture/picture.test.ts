import type { Scene } from '../../../src/eksa/picture/scene';
import { sceneOf } from '../../../src/eksa/picture/scene';
import { drawSvg } from '../../../src/eksa/picture/svg';
import { drawText } from '../../../src/eksa/picture/text';
import { toYaml } from '../../../src/eksa/yaml/emit';
import { bareMetal, changed, docker, vsphere } from '../update/samples';

const A = 'Cluster.spec.workerNodeGroupConfigurations[0]';

/** Machines labelled `type=<name>`, as many as wanted. */
function hardware(machines: Readonly<Record<string, number>>): string {
  const rows = Object.entries(machines).flatMap(([type, count]) =>
    Array.from({ length: count }, (_, at) => `${type}-${at},,10.0.${type.charCodeAt(0)}.${at},255.255.0.0,10.0.0.1,,type=${type},`),
  );
  return ['hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk', ...rows, ''].join('\n');
}

function scene(documents: Parameters<typeof toYaml>[0], csv?: string): Scene {
  return sceneOf(toYaml(documents), csv)!;
}

const SITE = changed(bareMetal(), { [`${A}.count`]: 2, [`${A}.labels`]: { zone: 'a' } });

test('the text shows nodes, spare, missing and unused machines, addresses and networks', () => {
  expect(drawText(scene(SITE, hardware({ cp: 2, a: 1, b: 1, z: 1 })))).toBe([
    'site: EKS Anywhere on bare metal',
    '  Kubernetes      1.35',
    '  managed by      itself',
    '  Kubernetes API  10.0.0.2',
    '  Tinkerbell      10.0.0.3',
    '',
    'networks',
    '  nodes     10.0.0.0/16, gateway 10.0.0.1',
    '  pods      192.168.0.0/16 (a /24 each node)',
    '  services  10.96.0.0/12',
    '  plugin    Cilium',
    '',
    'control plane: 1 node, 1 spare (ubuntu; type=cp; with etcd)',
    '  [#] cp-0  10.0.99.0',
    '  [ ] cp-1  10.0.99.1',
    '',
    'workers a: 2 nodes, 1 missing (ubuntu; type=a; labels zone=a)',
    '  [#] a-0  10.0.97.0',
    '',
    'workers b: 1 node (ubuntu; type=b)',
    '  [#] b-0  10.0.98.0',
    '',
    'machines that no group can take: 1',
    '  [ ] z-0  10.0.122.0',
    '',
  ].join('\n'));
});

test('machines that the site makes by itself are shown one for each node', () => {
  const [controlPlane] = scene(vsphere()).groups;
  expect(controlPlane.machines).toEqual([{ name: 'control plane 1', detail: 'virtual machine', isSpare: false }]);
  expect(controlPlane.facts).toEqual(['ubuntu', '2 CPUs', '8 GiB memory', 'with etcd']);
  expect(scene(docker()).groups[1].machines[0].detail).toBe('container');
});

test('affinities are matched as the rules match them', () => {
  const term = { labelSelector: { matchExpressions: [{ key: 'type', operator: 'In', values: ['a', 'z'] }] } };
  const documents = changed(bareMetal(), {
    'TinkerbellMachineConfig/site-a.spec.hardwareSelector': undefined,
    'TinkerbellMachineConfig/site-a.spec.hardwareAffinity': { required: [term] },
  });
  const { groups, unused } = scene(documents, hardware({ cp: 1, a: 1, b: 1, z: 1 }));
  expect(groups[1].machines.map(({ name, isSpare }) => [name, isSpare])).toEqual([['a-0', false], ['z-0', true]]);
  expect(unused).toEqual([]);
});

test('a text without a cluster is no scene', () => {
  expect(sceneOf('kind: Secret\n')).toBeUndefined();
});

describe('the SVG', () => {
  interface Box { x: number; y: number; width: number; height: number }
  const numbers = (tag: string) =>
    Object.fromEntries(
      [...tag.matchAll(/ (x|y|width|height)="([\d.]+)"/g)].map(([, name, value]) => [name, Number(value)]),
    ) as unknown as Box;
  const boxes = (svg: string) => [...svg.matchAll(/<rect [^>]*rx[^>]*>/g)].map(([tag]) => numbers(tag));
  const page = (svg: string) => numbers(svg.split('\n')[0]);
  const isInside = (inner: Box, outer: Box) => inner.x >= outer.x && inner.y >= outer.y
    && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
  const isApart = (one: Box, other: Box) =>
    one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;

  const svg = drawSvg(scene(SITE, hardware({ cp: 7, a: 30, b: 1, z: 3 })));

  test('keeps every box on the page, and boxes either inside one another or apart', () => {
    const all = boxes(svg);
    expect(all.length).toBeGreaterThan(20);
    for (const box of all) expect(isInside(box, { x: 0, y: 0, ...pick(page(svg)) })).toBe(true);
    for (const [index, one] of all.entries()) {
      for (const other of all.slice(index + 1)) expect(isInside(other, one) || isApart(one, other)).toBe(true);
    }
  });

  test('counts what it does not draw', () => {
    expect(svg).toContain('>and 15 more</text>');
    expect(svg).toContain('>30 in all</text>');
  });

  test('marks machines that are missing', () => {
    expect(drawSvg(scene(SITE, hardware({ cp: 1, a: 1, b: 1 })))).toContain('>no machine matches</text>');
  });

  test('is well-formed whatever names hold', () => {
    const hostile = drawSvg(scene(changed(docker(), { 'Cluster.metadata.name': '<a href="x">&\u0001' })));
    expect(hostile).toContain('&lt;a href=&quot;x&quot;&gt;&amp; : EKS Anywhere on Docker');
    expect(hostile).not.toContain('<a ');
  });

  test('is the same for the same files', () => {
    expect(drawSvg(scene(SITE, hardware({ cp: 7, a: 30, b: 1, z: 3 })))).toBe(svg);
  });

  function pick({ width, height }: Box) {
    return { width, height };
  }
});
