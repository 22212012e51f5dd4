/** Texts as JSON. */

/** What JSON escapes, and what might need a look: anything but printable ASCII without quotes and backslashes. */
const ODD = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** Whether a text is in JSON what it is, between quotes. */
export function isPlain(text: string): boolean {
  return !ODD.test(text);
}

/** Like `JSON.stringify`, faster for the plain texts that headers and names are. */
export function quoted(text: string): string {
  return ODD.test(text) ? JSON.stringify(text) : `"${text}"`;
}
