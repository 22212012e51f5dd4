/** Fills the templates of recorded steps: `{{u0}}` in texts, `{{=u0}}` as a number, `{"$pki": "name.part"}` as a certificate. */

export type Values = ReadonlyMap<string, string | number>;

/** Texts of certificates and keys, by `name.part`. */
export type Pki = (name: string) => string;

export function fill<T>(template: T, values: Values, pki: Pki): T {
  return filled(template, values, pki) as T;
}

function filled(template: unknown, values: Values, pki: Pki): unknown {
  if (typeof template === 'string') return filledText(template, values);
  if (Array.isArray(template)) return template.map((item) => filled(item, values, pki));
  if (typeof template !== 'object' || template === null) return template;
  const reference = (template as { readonly $pki?: string }).$pki;
  if (reference !== undefined) return pki(reference);
  const entries = Object.entries(template).map(([name, item]) => [filledText(name, values) as string, filled(item, values, pki)] as const);
  return Object.fromEntries(entries);
}

/** What has no value yet stays as it is. */
function filledText(text: string, values: Values): unknown {
  const whole = /^\{\{=(\w+)\}\}$/.exec(text)?.[1];
  if (whole !== undefined && values.has(whole)) return Number(values.get(whole));
  return text.includes('{{') ? text.replace(/\{\{=?(\w+)\}\}/g, (match, name: string) => String(values.get(name) ?? match)) : text;
}
