import * as fc from 'fast-check';
import type { Scene } from '../../../src/eksa/picture/scene';
import { sceneOf } from '../../../src/eksa/picture/scene';
import { shortNames } from '../../../src/eksa/picture/short-names';
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
  const [{ groups: [controlPlane] }] = scene(vsphere()).zones;
  expect(controlPlane.sections).toEqual([{ nodes: [{ name: 'control plane 1', detail: 'virtual machine' }], spares: [] }]);
  expect(controlPlane.facts).toEqual(expect.arrayContaining(['ubuntu', '2 CPUs', '8 GiB memory', 'with etcd']));
  expect(scene(docker()).zones[0].groups[1].sections[0].nodes[0].detail).toBe('container');
});

test('affinities are matched as the rules match them', () => {
  const term = { labelSelector: { matchExpressions: [{ key: 'type', operator: 'In', values: ['a', 'z'] }] } };
  const documents = changed(bareMetal(), {
    'TinkerbellMachineConfig/site-a.spec.hardwareSelector': undefined,
    'TinkerbellMachineConfig/site-a.spec.hardwareAffinity': { required: [term] },
  });
  const { zones: [{ groups }], unused } = scene(documents, hardware({ cp: 1, a: 1, b: 1, z: 1 }));
  expect(groups[1].sections[0]).toMatchObject({ nodes: [{ name: 'a-0' }], spares: [{ name: 'z-0' }] });
  expect(unused).toEqual([]);
});

test('groups that take the same machines share them: none is a node twice, and spare ones are spare for both', () => {
  const documents = changed(bareMetal(), { 'TinkerbellMachineConfig/site-b.spec.hardwareSelector': { type: 'a' } });
  const { zones: [{ groups: [, a, b] }] } = scene(documents, hardware({ cp: 1, a: 3 }));
  expect(a.sections).toMatchObject([{ nodes: [{ name: 'a-0' }], spares: [{ name: 'a-2' }] }]);
  expect(b.sections).toMatchObject([{ nodes: [{ name: 'a-1' }], spares: [{ name: 'a-2' }] }]);
  const short = scene(documents, hardware({ cp: 1, a: 1 })).zones[0].groups;
  expect(short.map(({ missing }) => missing)).toEqual([0, 0, 1]);
});

test.each([
  [{ numCPUs: 1, memoryMiB: 4096 }, ['1 CPU', '4 GiB memory']],
  [{ numCPUs: 2, memoryMiB: 2560 }, ['2 CPUs', '2.5 GiB memory']],
])('the size %j reads %j', (size, expected) => {
  const changes = Object.fromEntries(Object.entries(size).map(([name, value]) => [`VSphereMachineConfig/site-a.spec.${name}`, value]));
  expect(scene(changed(vsphere(), changes)).zones[0].groups[1].facts.slice(1, 3)).toEqual(expected);
});

describe('places', () => {
  /** Machines of the group `a` in as many networks as wanted, four in each, beside a control plane in the first. */
  function inNetworks(count: number): string {
    const rows = Array.from({ length: count }, (_, net) => Array.from({ length: 4 }, (_machine, at) =>
      `a-${net}-${at},,10.${net}.0.${10 + at},255.255.255.0,10.${net}.0.1,,type=a,,${100 + net}`)).flat();
    return [
      'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk,vlan_id',
      'cp-0,,10.0.0.5,255.255.255.0,10.0.0.1,,type=cp,,100',
      'b-0,,10.1.0.5,255.255.255.0,10.1.0.1,,type=b,,101',
      'z-0,,2001:db8::5,64,fe80::1,,type=z,,',
      ...rows,
      '',
    ].join('\n');
  }

  const spread = changed(bareMetal(), { [`${A}.count`]: 6 });

  test('a group in one of several networks is drawn in it; one in several is parted by network', () => {
    const { zones, unused } = scene(spread, inNetworks(2));
    expect(zones.map(({ place, groups }) => [place?.name, groups.map(({ name }) => name)])).toEqual([
      ['network 10.0.0.0/24', ['control plane']],
      [undefined, ['a']],
      ['network 10.1.0.0/24', ['b']],
    ]);
    expect(zones[0].place?.facts).toEqual(['VLAN 100', 'gateway 10.0.0.1']);
    expect(zones[1].groups[0].sections.map(({ place, nodes, spares }) => [place?.name, nodes.length, spares.length])).toEqual([
      ['network 10.0.0.0/24', 4, 0],
      ['network 10.1.0.0/24', 2, 2],
    ]);
    expect(unused).toMatchObject([{ place: { name: 'unknown network' }, spares: [{ name: 'z-0' }] }]);
  });

  test('the text says the same as the picture', () => {
    const drawn = scene(spread, inNetworks(2));
    const [text, svg] = [drawText(drawn), drawSvg(drawn)];
    expect(text).toContain('network 10.0.0.0/24, VLAN 100, gateway 10.0.0.1\n\n  control plane: 1 node (');
    expect(text).toContain('workers a: 6 nodes, 2 spare (ubuntu; type=a)\n  network 10.0.0.0/24, VLAN 100, gateway 10.0.0.1: 4 nodes\n');
    expect(text).toContain('  network 10.1.0.0/24, VLAN 101, gateway 10.1.0.1: 2 nodes, 2 spare\n    [#] a-1-0  10.1.0.10\n');
    expect(svg).toContain('>network 10.1.0.0/24 · VLAN 101 · gateway 10.1.0.1 · 2 nodes · 2 spare</text>');
    expect(svg).toContain('>workers a · 6 nodes · 2 spare</text>');
    expect(text).toContain('machines that no group can take: 1\n  unknown network: 1 machine\n');
  });

  test('dozens of networks are listed as far as there is room, and counted', () => {
    const { networks, zones } = scene(spread, inNetworks(40));
    expect(networks.slice(4, 6).map(({ value }) => value)).toEqual(['10.4.0.0/24, VLAN 104, gateway 10.4.0.1', 'and 35 networks more']);
    const { sections } = zones.find(({ groups }) => groups[0].name === 'a')!.groups[0];
    expect(sections).toHaveLength(12);
    expect(sections[11]).toMatchObject({ place: { name: 'and 29 networks more' }, nodes: [] });
    expect(sections[11].spares).toHaveLength(116);
  });

  test('virtual machines are drawn in their failure domain, or else in their network', () => {
    const domain = (name: string) => ({ name, computeCluster: `${name}-hosts`, datastore: `${name}-ssd`, network: `/DC1/network/${name}` });
    const documents = changed(vsphere(), {
      'VSphereDatacenterConfig/site.spec.failureDomains': [domain('az-1'), domain('az-2')],
      [`${A}.failureDomains`]: ['az-1'],
      'Cluster.spec.workerNodeGroupConfigurations[1].failureDomains': ['az-2'],
    });
    expect(scene(documents).zones.map(({ place, groups }) => [place, groups.map(({ name }) => name)])).toEqual([
      [{ name: expect.stringMatching(/^network .*VM Network$/), facts: [] }, ['control plane']],
      [{ name: 'failure domain az-1', facts: ['compute cluster az-1-hosts', 'datastore az-1-ssd', 'network /DC1/network/az-1'] }, ['a']],
      [{ name: 'failure domain az-2', facts: ['compute cluster az-2-hosts', 'datastore az-2-ssd', 'network /DC1/network/az-2'] }, ['b']],
    ]);
    const networks = changed(vsphere(), { 'VSphereMachineConfig/site-b.spec.networks': ['/DC1/network/x', '/DC1/network/y'] });
    const [, zone] = scene(networks).zones;
    expect(zone).toMatchObject({ place: { name: 'network /DC1/network/x and /DC1/network/y' }, groups: [{ name: 'b' }] });
    expect(scene(vsphere()).zones).toHaveLength(1);
  });
});

describe('shortened names', () => {
  const LETTERS = 'ab01-.';
  const name = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 60 });

  test('fit, and differ where the names differ', () => {
    fc.assert(fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 30 }), fc.integer({ min: 8, max: 34 }), (names, room) => {
      const short = shortNames(names, room);
      for (const written of short.values()) expect(written.length).toBeLessThanOrEqual(room);
      expect(new Set(short.values()).size).toBe(names.length);
    }));
  });

  test.each([
    [['a', 'b'], 8, ['a', 'b']],
    [['node-01.prod.example.com', 'node-02.prod.example.com'], 18, ['node-01…', 'node-02…']],
    [['dc1-rack-01-worker-0001.example.com', 'dc1-rack-01-worker-0002.example.com'], 18, ['dc1-ra…worker-0001', 'dc1-ra…worker-0002']],
    [['factory-building-worker-1', 'factory-building-worker-2'], 18, ['factory-…-worker-1', 'factory-…-worker-2']],
    [
      ['0123456789-a-0123456789', '0123456789-b-0123456789', '0123456789-c-0123456789'],
      18,
      ['…6789-a-0123456789', '…6789-b-0123456789', '…6789-c-0123456789'],
    ],
  ])('%j in %i characters are %j', (names, room, expected) => {
    expect([...shortNames(names, room).values()]).toEqual(expected);
  });
});

test('a text without a cluster is no scene', () => {
  expect(sceneOf('kind: Secret\n')).toBeUndefined();
});

describe('the SVG', () => {
  interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  const numbers = (tag: string) =>
    Object.fromEntries(
      [...tag.matchAll(/ (x|y|width|height)="([\d.]+)"/g)].map(([, name, value]) => [name, Number(value)]),
    ) as unknown as Box;
  const boxes = (svg: string) => [...svg.matchAll(/<rect [^>]*rx[^>]*>/g)].map(([tag]) => numbers(tag));
  const page = (svg: string): Box => ({ ...numbers(svg.split('\n')[0]), x: 0, y: 0 });
  /** What each text covers, in a font whose characters are 0.602 of its size wide. */
  const texts = (svg: string) =>
    [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="(\d+)"[^>]*>([^<]*)</g)].map(([, x, y, size, content]): Box => {
      const characters = content.replace(/&\w+;/g, '.').length;
      return { x: Number(x), y: Number(y) - Number(size) * 0.8, width: characters * Number(size) * 0.602, height: Number(size) };
    });
  const isInside = (inner: Box, outer: Box) => inner.x >= outer.x && inner.y >= outer.y
    && inner.x + inner.width <= outer.x + outer.width + 0.2 && inner.y + inner.height <= outer.y + outer.height + 0.2;
  const isApart = (one: Box, other: Box) =>
    one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
  const holds = (box: Box, { x, y }: Box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

  const rack = (count: number, subnets: number, type: string, longName: string) => Array.from({ length: count }, (_, at) =>
    `${longName}${String(at).padStart(4, '0')}.example.com,,10.1.${at % subnets}.${10 + Math.floor(at / subnets)},255.255.255.0,`
      + `10.1.${at % subnets}.1,,type=${type},`);
  const csvOf = (...rows: string[]) => ['hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk', ...rows, ''].join('\n');
  const LONG = 'x'.repeat(63);
  const drawings: [string, string][] = [
    ['one node', drawSvg(scene(changed(bareMetal(), { 'Cluster.spec.workerNodeGroupConfigurations': undefined }), hardware({ cp: 1 })))],
    ['machines of each kind', drawSvg(scene(SITE, hardware({ cp: 7, a: 30, b: 1, z: 3 })))],
    [
      '200 machines in 4 networks',
      drawSvg(scene(
        changed(bareMetal(), { [`${A}.count`]: 150 }),
        csvOf(...rack(200, 4, 'a', 'rack-of-the-first-building-worker-'), ...rack(5, 1, 'cp', 'cp-'), ...rack(60, 2, 'z', 'z-')),
      )),
    ],
    ['virtual machines', drawSvg(scene(vsphere()))],
    ['containers', drawSvg(scene(docker()))],
    [
      'failure domains with long paths',
      drawSvg(scene(changed(vsphere(), {
        'Cluster.metadata.name': LONG + LONG,
        'VSphereDatacenterConfig/site.spec.server': LONG,
        'VSphereDatacenterConfig/site.spec.failureDomains': [{ name: LONG, computeCluster: LONG + LONG, datastore: LONG, network: LONG }],
        [`${A}.failureDomains`]: [LONG],
        [`${A}.name`]: LONG + LONG,
        [`${A}.taints`]: [1, 2, 3].map((at) => ({ key: `${LONG}${at}`, value: LONG, effect: 'NoSchedule' })),
      }))),
    ],
  ];

  test.each(drawings)('of %s keeps boxes and texts on the page, in their boxes and apart', (_title, svg) => {
    const all = boxes(svg);
    for (const box of [...all, ...texts(svg)]) expect(isInside(box, page(svg))).toBe(true);
    for (const [index, one] of all.entries()) {
      for (const other of all.slice(index + 1)) expect(isInside(other, one) || isApart(one, other)).toBe(true);
    }
    for (const [index, text] of texts(svg).entries()) {
      for (const box of all.filter((candidate) => holds(candidate, text))) expect(isInside(text, box)).toBe(true);
      for (const other of texts(svg).slice(index + 1)) expect(isApart(text, other)).toBe(true);
    }
  });

  const [, [, svg]] = drawings;

  test('shows spare machines of large groups, and counts what it does not draw', () => {
    for (const text of ['and 17 more', '28 in all', 'a-28', 'a-29']) {
      expect(drawSvg(scene(changed(SITE, { [`${A}.count`]: 28 }), hardware({ cp: 1, a: 30, b: 1 })))).toContain(`>${text}</text>`);
    }
    expect(svg).toContain('>workers a · 2 nodes · 28 spare</text>');
    expect(svg).toContain('>and 21 more</text>');
    expect(svg).toContain('>28 spare in all</text>');
    expect(svg).toContain('<title>a-9 to a-29</title>');
  });

  test('tells long names apart, and shows the whole name to those who point at it', () => {
    const [, [, many]] = drawings.slice(1);
    const labels = many.matchAll(/<title>(rack-[^< ]*?example\.com)<\/title>\n[^]*?<text [^>]*>([^<]*)</g);
    const names = [...labels].map(([, whole, short]) => [whole, short]);
    expect(names.length).toBeGreaterThan(20);
    expect(new Set(names.map(([, short]) => short)).size).toBe(new Set(names.map(([whole]) => whole)).size);
  });

  test('marks machines that are missing', () => {
    expect(drawSvg(scene(SITE, hardware({ cp: 1, a: 1, b: 1 })))).toContain('>no machine matches</text>');
    const many = drawSvg(scene(changed(SITE, { [`${A}.count`]: 90 }), hardware({ cp: 1, a: 1, b: 1 })));
    expect(many).toContain('>89 missing</text>');
  });

  test('is well-formed whatever names hold', () => {
    const hostile = drawSvg(scene(changed(docker(), { 'Cluster.metadata.name': '<a href="x">&\u0001' })));
    expect(hostile).toContain('&lt;a href=&quot;x&quot;&gt;&amp; : EKS Anywhere on Docker');
    expect(hostile).not.toContain('<a ');
  });

  test('is the same for the same files', () => {
    expect(drawSvg(scene(SITE, hardware({ cp: 7, a: 30, b: 1, z: 3 })))).toBe(svg);
  });
});
