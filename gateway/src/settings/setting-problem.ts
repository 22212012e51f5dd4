/** What is wrong with one setting, or with what it names. */

/** The message names the setting, what was given and what was expected. */
export class SettingProblem extends Error {}
