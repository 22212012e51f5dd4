/** Fields of a URL-encoded form, found in its text, so that one can be removed without touching the rest. WHATWG URL §5.1 */

/** @returns the values of the fields with this name; one without `=` has none, as in Kong */
export function valuesInForm(text: string, name: string): readonly (string | undefined)[] {
  return fieldsOf(text).filter((field) => nameOf(field) === name).map((field) => {
    const separator = field.indexOf('=');
    return separator === -1 ? undefined : decode(field.slice(separator + 1));
  });
}

/** Removes every field with this name, with one `&`. Every other character stays. @returns `undefined` when there is none */
export function removeFromForm(text: string, name: string): string | undefined {
  const fields = fieldsOf(text);
  const kept = fields.filter((field) => nameOf(field) !== name);
  return kept.length === fields.length ? undefined : kept.join('&');
}

function fieldsOf(text: string): readonly string[] {
  return text.split('&');
}

function nameOf(field: string): string | undefined {
  return field === '' ? undefined : decode(field.split('=', 1)[0]!);
}

/** Decodes escapes, also where the bytes around them are not valid UTF-8. */
function decode(text: string): string {
  const bytes = text.replaceAll('+', ' ').replace(
    /%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
