/** Shapes of an SVG, and how far down the page they reach. Without fonts or scripts from elsewhere: legible on paper and on a screen. */

/** Text is set in a fixed-width font, so that its width is known here. */
const FONT = 13;
/** Width of a character of such fonts, in parts of its size. */
const ASPECT = 0.602;

export const LINE = 20;

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

/** How many characters have room in a width. */
export function roomIn(width: number, size = FONT): number {
  return Math.max(1, Math.floor(width / (size * ASPECT)));
}

/** How wide so many characters are. */
export function widthOf(characters: number, size = FONT): number {
  return Math.ceil(characters * size * ASPECT);
}

export class Canvas {
  public y = 0;
  private shapes: string[] = [];

  constructor(private readonly width: number) {}

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
      `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="6" fill="${fill}" `
        + `stroke="${edge}" stroke-width="1.2"${isDashed ? ' stroke-dasharray="5 4"' : ''}/>`,
    );
  }

  /** A rectangle around what is drawn meanwhile, down to where that ends. */
  public frame(x: number, width: number, style: BoxStyle, draw: () => void): void {
    const [top, around] = [this.y, this.shapes];
    this.shapes = [];
    draw();
    const inside = this.shapes;
    this.shapes = around;
    this.rectangle(x, top, width, this.y - top, style);
    this.shapes.push(...inside);
  }

  /** What is drawn meanwhile shows a text to those who point at it. */
  public labelled(label: string, draw: () => void): void {
    this.shapes.push(`<g><title>${escaped(label)}</title>`);
    draw();
    this.shapes.push('</g>');
  }

  public finish(title: string, margin: number): string {
    const height = round(this.y + margin);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${height}" viewBox="0 0 ${this.width} ${height}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="${this.width}" height="${height}" fill="#ffffff"/>`,
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
