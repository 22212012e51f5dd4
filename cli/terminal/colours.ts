/** Colours where they are seen: on a terminal, unless NO_COLOR says otherwise. */

export interface Colours {
  added(text: string): string;
  changed(text: string): string;
  removed(text: string): string;
}

const [RED, GREEN, YELLOW] = [31, 32, 33];

const plain = (text: string) => text;

export const NO_COLOURS: Colours = { added: plain, changed: plain, removed: plain };

const COLOURS: Colours = { added: painted(GREEN), changed: painted(YELLOW), removed: painted(RED) };

export function coloursFor(output: { readonly isTTY?: boolean }, environment: Readonly<Record<string, string | undefined>>): Colours {
  return output.isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb' ? COLOURS : NO_COLOURS;
}

function painted(colour: number): (text: string) => string {
  return (text) => `\u001b[${colour}m${text}\u001b[0m`;
}
