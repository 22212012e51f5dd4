/** What a spreadsheet made of a cell, as a word to the person who wonders why it is refused. */

const DATE = 'the spreadsheet took it for a date: format the column as text before filling it in';
const NUMBER = 'the spreadsheet took it for a number: format the column as text before filling it in';

const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/^'/, 'remove the apostrophe, by which a spreadsheet marks text'],
  [/^=/, 'export the value, not the formula'],
  [/[\u00a0\u2007\u202f]/, 'replace the no-break space in it (U+00A0), which looks like a blank'],
  [/[\u200b-\u200f\u2060\ufeff\u00ad]/, 'remove the invisible character in it; write the cell again'],
  [/[\u2010-\u2015\u2212]/, "write '-' where it has a typographic dash"],
  [/[\u2018\u2019\u201c-\u201e\u00ab\u00bb]/, 'remove the typographic quotes'],
  [/^\s|\s$/, 'remove the blanks around it'],
  [/^\d+([.,]\d+)?E\+?\d+$/i, NUMBER],
  [/^\d{1,2}[-. /]([A-Za-z]{3,9}|\d{1,2})\.?([-. /]\d{2,4})?( \d\d:\d\d(:\d\d)?)?$/, DATE],
  [/^[A-Za-z]{3}-\d\d$/, DATE],
  [/^\d{1,3}(,\d{1,3}){3}$/, "write '.' where it has ','"],
  [/^#(REF|N\/A|NAME|VALUE|DIV\/0)[!?]?/, 'fix the formula that it comes from'],
  [/^\d{1,3}(\.\d{3}){3,}$/, NUMBER],
];

/** How to get the cell as it was meant; undefined where nothing points to a spreadsheet. */
export function spreadsheetFix(cell: string): string | undefined {
  return SIGNS.find(([sign]) => sign.test(cell))?.[1];
}

/** `="10.20.0.21"`, which spreadsheets read as text. */
export function unwrapped(cell: string): string {
  return /^="[^"]*"$/.test(cell) ? cell.slice(2, -1) : cell;
}
