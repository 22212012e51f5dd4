/** Heads of node:http's messages as the pipeline reads them. */
import { idOf, UNKNOWN } from '../../http-engine/http1/known-headers.ts';
import type { DroppedHeaders, HeaderLines } from '../../http-engine/messages.ts';

export class NodeLines implements HeaderLines {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  get count(): number {
    return this.#raw.length / 2;
  }

  first(name: string): string | undefined {
    for (let at = 0; at < this.#raw.length; at += 2) if (this.#raw[at]!.toLowerCase() === name) return this.#raw[at + 1];
    return undefined;
  }

  values(name: string): readonly string[] {
    return this.#raw.filter((_, at) => at % 2 === 1 && this.#raw[at - 1]!.toLowerCase() === name);
  }

  flat(): readonly string[] {
    return this.#raw;
  }

  copyWithout({ known, others }: DroppedHeaders, more?: ReadonlySet<string>): string {
    let text = '';
    for (let at = 0; at < this.#raw.length; at += 2) {
      const name = this.#raw[at]!.toLowerCase();
      const id = idOf(name);
      if (id === UNKNOWN ? others.has(name) : known[id] === 1) continue;
      if (more?.has(name) !== true) text += `${this.#raw[at]}: ${this.#raw[at + 1]}\r\n`;
    }
    return text;
  }
}

/** Header lines as `ServerResponse.writeHead` takes them. */
export function flatOf(lines: string): string[] {
  return lines.split('\r\n').slice(0, -1).flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}
