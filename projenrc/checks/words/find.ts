/** Finds the wordings of the word list in a file. */
import { proseOf } from './prose';
import { WORD_LIST } from './word-list';

/** Every refused wording in a file: `file:line: "found": write …`. */
export function refusedWords(file: string, text: string): string[] {
  return proseOf(file, text).flatMap((prose) => WORD_LIST.flatMap(({ pattern, better }) => {
    const found = pattern.exec(prose.text);
    return found === null ? [] : [`${file}:${prose.line}: "${found[0]}": write ${better}`];
  }));
}
