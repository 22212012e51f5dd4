/** Fields of queries and forms (`application/x-www-form-urlencoded`). */
import type { Fields } from './field-changes.ts';

/** A name without `=` has the value true; a name that comes several times has a list. */
export function parseForm(text: string): Fields {
  const fields: Fields = new Map();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [name, decoded] = [...new URLSearchParams(`&${pair}`)][0] ?? [pair, ''];
    const value = pair.includes('=') ? decoded : true;
    const present = fields.get(name);
    fields.set(name, present === undefined ? value : [...[present].flat(), value]);
  }
  return fields;
}

export function formOf(fields: Fields): string {
  const pairs: string[] = [];
  for (const [name, values] of fields) {
    const shown = encodeURIComponent(name.toWellFormed());
    for (const value of [values].flat()) {
      if (value === true) pairs.push(shown);
      else if (value !== undefined && value !== false) pairs.push(`${shown}=${encodeURIComponent(String(value).toWellFormed())}`);
    }
  }
  return pairs.join('&');
}
