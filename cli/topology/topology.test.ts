import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import type { ClusterEntry, IntegrationEntry, PlaneEntry, TopologyDocument } from '../../src/private/topology/document';
import { topology } from '../commands/topology.ts';
import { layoutOf } from './layout.ts';
import type { Point, Rectangle } from './measures.ts';
import { sceneOf } from './scene.ts';
import { drawSvg } from './svg.ts';
import { drawText } from './text.ts';

const CLOUD = { account: '111122223333', region: 'eu-central-1', stack: 'Cloud' };
const REGIONS = ['us-east-1', 'us-west-2', 'ap-southeast-1'];
const written = { folder: 'x', manifests: [], settings: {} };

/** One control plane; data planes on EKS, on ECS and on sites in turn. */
function documentWith(dataPlanes: number, name = (at: number) => `store-${at}`): TopologyDocument {
  const region = (at: number) => ({ account: '111122223333', region: REGIONS[at % 3]!, stack: 'Stores' });
  const planes = Array.from({ length: dataPlanes }, (_, at): PlaneEntry => ({
    ...written,
    id: name(at),
    role: 'data_plane',
    controlPlane: 'control-plane',
    replicas: 2,
    hostname: `apis.${name(at)}.acme.example`,
    uses: ['Cloud/Identity', 'Cloud/ControlPlane/Tunnel'],
    ...[
      { target: 'eks', cluster: `${REGIONS[at % 3]}/Cluster`, region: region(at).region },
      { target: 'ecs', region: region(at).region },
      { target: 'eks-anywhere', cluster: `site-${at}` },
    ][at % 3],
  }));
  const sites = planes
    .filter(({ target }) => target === 'eks-anywhere')
    .map(({ cluster }): ClusterEntry => ({ name: cluster!, kind: 'eks-anywhere-vsphere', folder: 'y', files: [] }));
  const clusters = [
    { name: 'Cloud/Cluster', kind: 'eks', files: [], ...CLOUD },
    { name: 'us-east-1/Cluster', kind: 'eks', files: [], ...region(0) },
    ...sites,
  ];
  const readers = planes.map(({ id }) => id);
  const integrations: IntegrationEntry[] = [
    {
      id: 'Cloud/Identity',
      kind: 'identity',
      service: 'Amazon Cognito',
      ...CLOUD,
      secrets: [{ name: 'hybridge/Cloud/identity/login', readers }],
    },
    {
      id: 'Cloud/ControlPlane/Tunnel',
      kind: 'trust',
      service: 'shared certificate',
      ...CLOUD,
      secrets: [{ name: 'hybridge/Cloud/control-plane/tunnel', readers: ['control-plane', ...readers] }],
    },
  ];
  return {
    planes: [
      {
        ...written,
        id: 'control-plane',
        role: 'control_plane',
        target: 'eks',
        cluster: 'Cloud/Cluster',
        region: 'eu-central-1',
        replicas: 2,
        uses: ['Cloud/ControlPlane/Tunnel'],
      },
      ...planes,
    ],
    clusters,
    integrations,
    tunnels: planes.flatMap(({ id }) => [
      { from: id, to: 'control-plane', carries: 'configuration', port: 8005, protection: 'mutual TLS' } as const,
      { from: id, to: 'control-plane', carries: 'telemetry', port: 8006, protection: 'mutual TLS' } as const,
    ]),
  };
}

function overlaps(one: Rectangle, other: Rectangle): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}

function holds(outer: Rectangle, inner: Rectangle): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

/** A part of a line as a rectangle of hardly any width. */
function segment(from: Point, to: Point): Rectangle {
  return {
    x: Math.min(from.x, to.x) + 0.1,
    y: Math.min(from.y, to.y) + 0.1,
    width: Math.abs(from.x - to.x),
    height: Math.abs(from.y - to.y),
  };
}

describe.each([1, 3, 8, 9, 60])('the layout of %i data planes', (count) => {
  const scene = sceneOf(documentWith(count));
  const layout = layoutOf(scene);

  it('places every card once, none over another', () => {
    expect(layout.cards.map(({ card }) => card.id).sort()).toEqual(scene.cards.map(({ id }) => id).sort());
    const pairs = layout.cards.flatMap((one, at) =>
      layout.cards
        .slice(at + 1)
        .filter((other) => overlaps(one, other))
        .map((other) => [one.card.id, other.card.id]),
    );
    expect(pairs).toEqual([]);
  });

  it('draws a card inside a box of its own, and no stranger in it', () => {
    for (const card of layout.cards) {
      expect(layout.boxes.filter(({ box }) => box.id === card.card.parent).some((box) => holds(box, card))).toBe(true);
    }
    for (const box of layout.boxes.filter(({ box: { kind } }) => kind !== 'region')) {
      expect(
        layout.cards
          .filter((card) => overlaps(box, card))
          .map(({ card }) => card.parent)
          .filter((parent) => parent !== box.box.id),
      ).toEqual([]);
    }
  });

  it('shows every tunnel: as a line of its own, or counted on a common one', () => {
    expect(layout.lines.reduce((sum, line) => sum + (line.tunnels ?? 1), 0)).toBe(count);
    expect(layout.lines.length).toBe(count > 8 ? 1 : count);
  });

  it('draws no line through a card that it does not belong to', () => {
    const crossed = layout.lines.flatMap(({ line, points }) => points.slice(1).flatMap((to, at) => layout.cards
      .filter(({ card }) => card.id !== line.from && card.id !== line.to)
      .filter((card) => overlaps(card, segment(points[at]!, to)))
      .map(({ card }) => `${line.from} through ${card.id}`)));
    expect(crossed).toEqual([]);
  });

  it('is not so long that it has to be shrunk', () => {
    expect(layout.width / layout.height).toBeGreaterThan(0.5);
    expect(layout.width).toBeLessThan(4000);
  });
});

describe('the picture', () => {
  it('is the same each time', () => {
    expect(drawSvg(sceneOf(documentWith(60)))).toBe(drawSvg(sceneOf(documentWith(60))));
  });

  it('has a title and a description for those who do not see it', () => {
    const svg = drawSvg(sceneOf(documentWith(3)));
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="title description"/);
    expect(svg).toContain('<title id="title">1 control plane, 3 data planes, 3 clusters</title>');
    expect(svg).toMatch(
      /<desc id="description">[^<]*Tunnels: store-0 to control-plane, store-1 to control-plane, store-2 to control-plane\.<\/desc>/,
    );
  });

  it('escapes names that would be markup, and what XML cannot hold', () => {
    const name = '<script>alert(1)</script>&"\u0001\ud800';
    const svg = drawSvg(sceneOf(documentWith(2, (at) => `${name}${at}`)));
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    expect(svg.isWellFormed()).toBe(true);
  });

  it('is possible for an app without planes, or without anything', () => {
    const nothing = { planes: [], clusters: [], integrations: [], tunnels: [] };
    expect(drawSvg(sceneOf(nothing))).toMatch(/^<svg [^]*<\/svg>\n$/);
    expect(drawText(sceneOf({ ...nothing, clusters: documentWith(3).clusters }))).toContain('site site-2: EKS Anywhere on vSphere');
    expect(drawSvg(sceneOf({ ...nothing, clusters: documentWith(3).clusters }))).not.toMatch(/NaN|Infinity/);
  });

  it('draws control planes that run elsewhere, and machines with Docker, in no region of AWS', () => {
    const document = documentWith(4);
    const planes = document.planes.map((plane): PlaneEntry => {
      if (plane.role === 'control_plane') return { ...written, id: plane.id, role: plane.role, target: 'external' };
      return plane.id === 'store-0'
        ? { ...written, id: plane.id, role: plane.role, target: 'docker', controlPlane: 'control-plane' }
        : plane;
    });
    const scene = sceneOf({ ...document, planes });
    const titleAround = (id: string) =>
      scene.boxes.find((box) => box.id === scene.cards.find((card) => card.id === `plane ${id}`)!.parent)!;
    expect(titleAround('control-plane')).toMatchObject({ kind: 'site', title: 'elsewhere: control-plane' });
    expect(titleAround('store-0')).toMatchObject({ kind: 'site', title: 'site store-0: machine with Docker' });
    const layout = layoutOf(scene);
    const [source, target] = ['plane store-1', 'plane control-plane'].map((id) => layout.cards.find(({ card }) => card.id === id)!);
    expect(target!.x).toBeGreaterThan(source!.x + source!.width);
  });

  it('draws a data plane whose control plane is elsewhere', () => {
    const { planes: [, plane], ...rest } = documentWith(1);
    const scene = sceneOf({ ...rest, planes: [plane!] });
    expect(scene.lines).toEqual([]);
    expect(drawText(scene)).toContain('tunnel to control-plane: 8005, 8006');
  });
});

describe('the text', () => {
  it('tells places, planes, tunnels and who reads which secret where', () => {
    expect(drawText(sceneOf(documentWith(3)))).toMatchInlineSnapshot(`
      "1 control plane, 3 data planes, 3 clusters

      AWS eu-central-1, account 111122223333
        Cloud/Cluster: EKS
          [control-plane]
            control plane, 2 nodes
            takes tunnels: 8005, 8006
            uses trust
            reads 1 secret: tunnel
        [identity: Amazon Cognito]
          Cloud/Identity
          secret hybridge/Cloud/identity/login
        [trust: shared certificate]
          Cloud/ControlPlane/Tunnel
          secret hybridge/Cloud/control-plane/tunnel

      AWS us-east-1, account 111122223333
        us-east-1/Cluster: EKS
          [store-0]
            data plane, 2 nodes
            apis.store-0.acme.example
            tunnel to control-plane: 8005, 8006
            uses identity, trust
            reads 2 secrets: login, tunnel

      site site-2: EKS Anywhere on vSphere
        [store-2]
          data plane, 2 nodes
          apis.store-2.acme.example
          tunnel to control-plane: 8005, 8006
          uses identity, trust
          reads 2 secrets: login, tunnel

      AWS us-west-2
        [store-1]
          data plane, 2 nodes, ecs
          apis.store-1.acme.example
          tunnel to control-plane: 8005, 8006
          uses identity, trust
          reads 2 secrets: login, tunnel

      tunnels: 8005 configuration, 8006 telemetry; mutual TLS; opened by the data planes

      secret                               lives in                           read by
      -----------------------------------  ---------------------------------  ----------------------------------------
      hybridge/Cloud/identity/login        AWS Secrets Manager, eu-central-1  store-0, store-1, store-2
      hybridge/Cloud/control-plane/tunnel  AWS Secrets Manager, eu-central-1  control-plane, store-0, store-1, store-2
      "
    `);
  });
});

it('secrets by name are shown with the planes that read them, once each, and not what they hold', () => {
  const document = documentWith(2);
  const secrets = [{ reference: '{vault://env/partner-key}', name: 'partners/acme', field: 'apiKey', region: 'eu-central-1' }];
  const scene = sceneOf({
    ...document, planes: document.planes.map((plane) => (plane.role === 'data_plane' ? { ...plane, secrets } : plane)),
  });
  expect(scene.secrets.at(-1)).toEqual({
    name: 'partners/acme', home: 'AWS Secrets Manager, eu-central-1', readers: ['store-0', 'store-1'],
  });
  expect(scene.secrets.filter(({ name }) => name === 'partners/acme')).toHaveLength(1);
  expect(scene.cards.filter(({ lines }) => lines.includes('1 named secret: partner-key')).map(({ title }) => title)).toEqual([
    'store-0', 'store-1',
  ]);
});

describe('hybridge topology', () => {
  const folder = temporaryFolder('topology');
  mkdirSync(join(folder, 'hybridge'));
  const file = join(folder, 'hybridge', 'topology.json');

  async function run(...args: string[]): Promise<string> {
    const output = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(await topology.run(['--assembly', folder, ...args])).toBe(0);
      return output.mock.calls.map(([chunk]) => String(chunk)).join('');
    } finally {
      output.mockRestore();
    }
  }

  it('prints the text and writes the picture', async () => {
    writeFileSync(file, JSON.stringify(documentWith(3)));
    const svg = join(folder, 'picture.svg');
    const output = await run('--svg', svg);
    expect(output).toMatch(/^1 control plane, 3 data planes, 3 clusters\n/);
    expect(output.endsWith(`\n${svg}\n`)).toBe(true);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^]*store-2[^]*<\/svg>\n$/);
  });

  it('prints the document for machines', async () => {
    expect(JSON.parse(await run('--json'))).toEqual(documentWith(3));
  });

  it.each([
    ['no file', undefined, /topology\.json is missing: give the folder/],
    ['a broken file', '{', /cannot be read: .*synthesize again/],
    ['a file of another version', '{"planes":[],"clusters":[]}', /lacks integrations, tunnels, .*synthesize again/],
  ])('says what to do about %s', async (_, content, message) => {
    if (content === undefined) rmSync(file);
    else writeFileSync(file, content);
    await expect(run()).rejects.toThrow(message);
  });

  it('says which file cannot be written', async () => {
    writeFileSync(file, JSON.stringify(documentWith(1)));
    await expect(run('--svg', join(folder, 'nowhere', 'x.svg'))).rejects.toThrow(/--svg: cannot write .*nowhere/);
  });
});
