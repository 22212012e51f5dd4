/** The picture as SVG: where everything is on the page. */
import { counted } from '../finding';
import { Canvas, LINE, roomIn, widthOf } from './canvas';
import { groupCounts, sectionCounts } from './counts';
import type { Place } from './places';
import type { Fact, Role, Scene, SceneGroup, SceneSection, SceneZone } from './scene';
import { cutEnd, shortNames } from './short-names';
import type { Tile } from './tiles';
import { tilesOf } from './tiles';

const WIDTH = 960;
const MARGIN = 24;
const PADDING = 16;
const GAP = 12;
const TILE = { minWidth: 168, maxWidth: 268, height: 48, padding: 10 };
const GREY = '#555555';

type Kind = Role | 'unused';

const COLOURS: Readonly<Record<Kind, { readonly fill: string; readonly edge: string }>> = {
  'control plane': { fill: '#eaf1fb', edge: '#2f5f9e' },
  'etcd': { fill: '#fdf3e1', edge: '#9a6a10' },
  'workers': { fill: '#e9f5ec', edge: '#2e7040' },
  'unused': { fill: '#f3f3f3', edge: '#6b6b6b' },
};
const ZONE = { fill: '#fbfbfb', edge: '#a8a8a8', isDashed: true };
const MISSING = { fill: '#fdecea', edge: '#b3261e' };

/** Left edge and width of what is drawn into. */
interface Column {
  readonly x: number;
  readonly width: number;
}

export function drawSvg(scene: Scene): string {
  const canvas = new Canvas(WIDTH);
  const page = { x: MARGIN, width: WIDTH - 2 * MARGIN };
  canvas.text(cutEnd(scene.title, roomIn(page.width, 20)), MARGIN, canvas.down(MARGIN + 8), { size: 20, isBold: true });
  canvas.down(GAP);
  drawFacts(canvas, page, [...scene.facts, ...scene.networks]);
  canvas.down(GAP);
  for (const zone of scene.zones) drawZone(canvas, page, zone);
  if (scene.unused.length > 0) {
    const name = `no group can take these · ${counted(scene.unused.reduce((sum, { spares }) => sum + spares.length, 0), 'machine')}`;
    drawBox(canvas, page, { kind: 'unused', name, facts: [], sections: scene.unused, missing: 0 });
  }
  if (scene.zones.some(({ groups }) => groups.some(({ spare }) => spare > 0))) {
    canvas.text('dashed: spare machines, which upgrades and repairs need', MARGIN, canvas.down(LINE), { colour: GREY });
  }
  return canvas.finish(scene.title, MARGIN);
}

/** Two columns of name and value. */
function drawFacts(canvas: Canvas, { x: left, width }: Column, facts: readonly Fact[]): void {
  const rows = Math.ceil(facts.length / 2);
  const nameWidth = Math.max(0, ...facts.map(({ name }) => name.length)) + 2;
  const room = roomIn(width / 2) - nameWidth - 1;
  for (const [index, { name, value }] of facts.entries()) {
    const [x, y] = [left + (index < rows ? 0 : width / 2), canvas.y + ((index % rows) + 1) * LINE];
    canvas.text(name, x, y, { colour: GREY });
    canvas.text(cutEnd(value, room), x + widthOf(nameWidth), y);
  }
  canvas.down(rows * LINE);
}

function drawZone(canvas: Canvas, column: Column, { place, groups }: SceneZone): void {
  const draw = (inside: Column) => {
    for (const group of groups) drawBox(canvas, inside, boxOf(group));
  };
  if (!place) return draw(column);
  canvas.down(GAP);
  canvas.frame(column.x, column.width, ZONE, () => {
    const inside = { x: column.x + PADDING, width: column.width - 2 * PADDING };
    canvas.down(PADDING - 10);
    drawPlace(canvas, inside, place, '#444444');
    draw(inside);
    canvas.down(PADDING);
  });
}

/** Its name, and its facts behind it or below. */
function drawPlace(canvas: Canvas, { x, width }: Column, { name, facts }: Place, colour: string): void {
  for (const [index, line] of wrapped([name, ...facts], roomIn(width)).entries()) {
    canvas.text(line, x, canvas.down(LINE), { isBold: index === 0, colour });
  }
}

interface Box {
  readonly kind: Kind;
  readonly name: string;
  readonly facts: readonly string[];
  readonly sections: readonly SceneSection[];
  readonly missing: number;
}

function boxOf(group: SceneGroup): Box {
  const { role, name, facts, sections, missing } = group;
  return {
    kind: role,
    name: [role === 'workers' ? `workers ${name}` : name, ...groupCounts(group)].join(' · '),
    facts,
    sections: sections.length === 0 && missing > 0 ? [{ nodes: [], spares: [] }] : sections,
    missing,
  };
}

function drawBox(canvas: Canvas, column: Column, { kind, name, facts, sections, missing }: Box): void {
  const colours = COLOURS[kind];
  const inside = { x: column.x + PADDING, width: column.width - 2 * PADDING };
  canvas.down(GAP);
  canvas.frame(column.x, column.width, colours, () => {
    const style = { isBold: true, colour: colours.edge, size: 15 };
    canvas.text(cutEnd(name, roomIn(inside.width, style.size)), inside.x, canvas.down(PADDING + 8), style);
    for (const line of wrapped(facts, roomIn(inside.width))) canvas.text(line, inside.x, canvas.down(LINE), { colour: '#333333' });
    for (const [index, section] of sections.entries()) {
      if (section.place) {
        canvas.down(index === 0 ? 0 : 6);
        const { name: place, facts: details } = section.place;
        const counts = kind === 'unused' ? [counted(section.spares.length, 'machine')] : sectionCounts(section);
        drawPlace(canvas, inside, { name: place, facts: [...details, ...counts] }, colours.edge);
      }
      drawTiles(canvas, inside, section, index === sections.length - 1 ? missing : 0, colours.edge);
    }
    canvas.down(PADDING);
  });
}

function drawTiles(canvas: Canvas, { x: left, width: available }: Column, section: SceneSection, missing: number, edge: string): void {
  const lengths = [...section.nodes, ...section.spares].flatMap(({ name, detail }) => [name.length, detail.length]);
  const wanted = widthOf(lengths.reduce((longest, length) => Math.max(longest, length), 0)) + 2 * TILE.padding;
  const columns = Math.floor((available + GAP) / (Math.min(TILE.maxWidth, Math.max(TILE.minWidth, wanted)) + GAP));
  const width = (available + GAP) / columns - GAP;
  const tiles = tilesOf(section, missing, columns);
  const room = roomIn(width - 2 * TILE.padding);
  const names = shortNames(tiles.filter(({ isRest, kind }) => !isRest && kind !== 'missing').map(({ name }) => name), room);
  const top = canvas.y + GAP;
  for (const [index, tile] of tiles.entries()) {
    const [x, y] = [left + (index % columns) * (width + GAP), top + Math.floor(index / columns) * (TILE.height + GAP)];
    const short = names.get(tile.name) ?? tile.name;
    const label = tile.label ?? (short === tile.name ? undefined : tile.name);
    const draw = () => drawTile(canvas, { ...tile, name: short, detail: cutEnd(tile.detail, room) }, { x, width }, y, edge);
    if (label === undefined) draw();
    else canvas.labelled(label, draw);
  }
  canvas.down(Math.ceil(tiles.length / columns) * (TILE.height + GAP));
}

function drawTile(canvas: Canvas, { name, detail, kind, isRest }: Tile, { x, width }: Column, y: number, groupEdge: string): void {
  const { fill, edge } = kind === 'missing' ? MISSING : { fill: isRest ? 'none' : '#ffffff', edge: groupEdge };
  canvas.rectangle(x, y, width, TILE.height, { fill, edge, isDashed: kind !== 'node' });
  const colour = kind === 'missing' ? edge : undefined;
  canvas.text(name, x + TILE.padding, y + 20, { isBold: kind === 'node', colour: colour ?? '#111111' });
  canvas.text(detail, x + TILE.padding, y + 38, { colour: colour ?? GREY });
}

/** Texts joined into lines no longer than there is room. */
function wrapped(texts: readonly string[], room: number): string[] {
  const lines: string[] = [];
  for (const text of texts.map((whole) => cutEnd(whole, room))) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + text.length + 3 <= room) lines[lines.length - 1] = `${last} · ${text}`;
    else lines.push(text);
  }
  return lines;
}
