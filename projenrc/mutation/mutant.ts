/** One small change of a source file, which a suite should notice. */
export interface Mutant {
  /** Number of the mutant within its room; depends on the sources only. */
  readonly id: number;
  /** Path below the root of the repository. */
  readonly file: string;
  readonly line: number;
  /** Name of the innermost named function, method or constant around the change; `-` at the top of the file. */
  readonly place: string;
  /** Range of the text that the change replaces. */
  readonly start: number;
  readonly end: number;
  readonly original: string;
  /** Whether the changed text is evaluated when the module is loaded. */
  readonly isAtTop: boolean;
  /** Undefined when a statement is removed. */
  readonly replacement?: string;
}

/** Says the same of a mutant as long as the code around it stays: file, function, and the change itself. */
export function keyOf({ file, place, original, replacement }: Mutant): string {
  return `${file}#${place}: ${oneLine(original)} -> ${replacement === undefined ? '(removed)' : oneLine(replacement)}`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 60)} … ${line.slice(-36)}` : line;
}
