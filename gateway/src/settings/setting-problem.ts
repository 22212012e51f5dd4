/** What is wrong with one setting, or with what it names. */

/** The message names the setting, what was given and what was expected. */
export class SettingProblem extends Error {}

/** A value as messages show it. */
export function abbreviated(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
