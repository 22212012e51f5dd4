/** The picture as SVG: laid out here, without fonts or scripts from elsewhere, legible on paper and on a screen. */
import type { Fact, Role, Scene, SceneGroup, SceneMachine } from './scene';

const WIDTH = 960;
const MARGIN = 24;
const INNER = WIDTH - 2 * MARGIN;

/** Text is set in a fixed-width font, so that its width is known here. */
const FONT = 13;
const CHARACTER = FONT * 0.602;
const LINE = 20;

const TILE = { width: 168, height: 48, gap: 12 };
const PADDING = 16;
const TILES_A_ROW = Math.floor((INNER - 2 * PADDING + TILE.gap) / (TILE.width + TILE.gap));
/** Tiles of one group; the rest is counted in the last one. */
const MAX_TILES = 4 * TILES_A_ROW;

const COLOURS: Readonly<Record<Role | 'unused', { readonly fill: string; readonly edge: string; readonly tile: string }>> = {
  'control plane': { fill: '#eaf1fb', edge: '#2f5f9e', tile: '#ffffff' },
  'etcd': { fill: '#fdf3e1', edge: '#9a6a10', tile: '#ffffff' },
  'workers': { fill: '#e9f5ec', edge: '#2e7040', tile: '#ffffff' },
  'unused': { fill: '#f3f3f3', edge: '#6b6b6b', tile: '#ffffff' },
};

export function drawSvg(scene: Scene): string {
  const canvas = new Canvas();
  canvas.text(scene.title, MARGIN, canvas.down(MARGIN + 8), { size: 20, isBold: true });
  canvas.down(12);
  drawFacts(canvas, [...scene.facts, ...scene.networks]);
  canvas.down(12);
  for (const group of scene.groups) drawBox(canvas, group.role, headingOf(group), group.machines, group.nodes);
  if (scene.unused.length > 0) drawBox(canvas, 'unused', { name: 'no group can take these', facts: [] }, scene.unused, 0);
  if (scene.groups.some(({ machines }) => machines.some(({ isSpare }) => isSpare))) {
    canvas.text('dashed: spare machines, which upgrades and repairs need', MARGIN, canvas.down(LINE), { colour: '#555555' });
  }
  return canvas.finish(scene.title);
}

interface Heading {
  readonly name: string;
  readonly facts: readonly string[];
}

function headingOf({ role, name, nodes, facts }: SceneGroup): Heading {
  return { name: `${role === 'workers' ? `workers ${name}` : name} · ${nodes} node${nodes === 1 ? '' : 's'}`, facts };
}

/** Two columns of name and value. */
function drawFacts(canvas: Canvas, facts: readonly Fact[]): void {
  const rows = Math.ceil(facts.length / 2);
  const nameWidth = Math.max(0, ...facts.map(({ name }) => name.length)) + 2;
  const room = Math.floor(INNER / 2 / CHARACTER) - nameWidth - 1;
  for (const [index, { name, value }] of facts.entries()) {
    const [x, y] = [MARGIN + (index < rows ? 0 : INNER / 2), canvas.y + ((index % rows) + 1) * LINE];
    canvas.text(name, x, y, { colour: '#555555' });
    canvas.text(cut(value, room), x + nameWidth * CHARACTER, y);
  }
  canvas.down(rows * LINE);
}

function drawBox(canvas: Canvas, kind: Role | 'unused', { name, facts }: Heading, machines: readonly SceneMachine[], nodes: number): void {
  const colours = COLOURS[kind];
  const missing = Math.max(0, nodes - machines.length);
  const tiles = tilesOf(machines, missing);
  const lines = wrapped(facts, Math.floor((INNER - 2 * PADDING) / CHARACTER));
  const rows = Math.ceil(tiles.length / TILES_A_ROW);
  const height = PADDING + LINE + lines.length * LINE + (rows > 0 ? rows * (TILE.height + TILE.gap) : 0) + PADDING - 4;
  const top = canvas.down(12);
  canvas.rectangle(MARGIN, top, INNER, height, { fill: colours.fill, edge: colours.edge });
  canvas.text(name, MARGIN + PADDING, top + PADDING + 8, { isBold: true, colour: colours.edge, size: 15 });
  lines.forEach((line, index) => canvas.text(line, MARGIN + PADDING, top + PADDING + 8 + (index + 1) * LINE, { colour: '#333333' }));
  const firstRow = top + PADDING + LINE + lines.length * LINE + 4;
  for (const [index, tile] of tiles.entries()) {
    const [column, row] = [index % TILES_A_ROW, Math.floor(index / TILES_A_ROW)];
    drawTile(canvas, tile, MARGIN + PADDING + column * (TILE.width + TILE.gap), firstRow + row * (TILE.height + TILE.gap), colours);
  }
  canvas.down(height);
}

interface Tile extends SceneMachine {
  readonly isMissing?: boolean;
}

function tilesOf(machines: readonly SceneMachine[], missing: number): Tile[] {
  const absent = Array.from({ length: missing }, () => ({
    name: 'missing',
    detail: 'no machine matches',
    isSpare: false,
    isMissing: true,
  }));
  const all: Tile[] = [...machines, ...absent];
  if (all.length <= MAX_TILES) return all;
  const rest = all.length - MAX_TILES + 1;
  return [...all.slice(0, MAX_TILES - 1), { name: `and ${rest} more`, detail: `${all.length} in all`, isSpare: false }];
}

function drawTile(
  canvas: Canvas,
  { name, detail, isSpare, isMissing }: Tile,
  x: number,
  y: number,
  colours: { readonly edge: string; readonly tile: string },
): void {
  const edge = isMissing ? '#b3261e' : colours.edge;
  const room = Math.floor((TILE.width - 20) / CHARACTER);
  canvas.rectangle(x, y, TILE.width, TILE.height, { fill: isMissing ? '#fdecea' : colours.tile, edge, isDashed: isSpare || isMissing });
  canvas.text(cut(name, room), x + 10, y + 20, { isBold: !isSpare, colour: isMissing ? edge : '#111111' });
  canvas.text(cut(detail, room), x + 10, y + 38, { colour: isMissing ? edge : '#555555' });
}

/** Facts joined into lines no longer than there is room. */
function wrapped(facts: readonly string[], room: number): string[] {
  const lines: string[] = [];
  for (const fact of facts.map((text) => cut(text, room))) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + fact.length + 3 <= room) lines[lines.length - 1] = `${last} · ${fact}`;
    else lines.push(fact);
  }
  return lines;
}

function cut(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text;
}

interface TextStyle {
  readonly size?: number;
  readonly isBold?: boolean;
  readonly colour?: string;
}

interface BoxStyle {
  readonly fill: string;
  readonly edge: string;
  readonly isDashed?: boolean;
}

/** Collects shapes and knows how far down the page they reach. */
class Canvas {
  public y = 0;
  private readonly shapes: string[] = [];

  /** Moves down, and says where that is. */
  public down(distance: number): number {
    this.y += distance;
    return this.y;
  }

  public text(content: string, x: number, y: number, { size = FONT, isBold = false, colour = '#111111' }: TextStyle = {}): void {
    this.shapes.push(
      `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${isBold ? ' font-weight="bold"' : ''} `
        + `fill="${colour}" xml:space="preserve">${escaped(content)}</text>`,
    );
  }

  public rectangle(x: number, y: number, width: number, height: number, { fill, edge, isDashed }: BoxStyle): void {
    this.shapes.push(
      `<rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="6" fill="${fill}" `
        + `stroke="${edge}" stroke-width="1.2"${isDashed ? ' stroke-dasharray="5 4"' : ''}/>`,
    );
  }

  public finish(title: string): string {
    const height = round(this.y + MARGIN);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
      ...this.shapes,
      '</svg>',
      '',
    ].join('\n');
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What XML reserves; control characters cannot be in it at all. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character]).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ');
}
