/** Names and labels as Kubernetes accepts them. */

const LABEL_PART = /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** A lower-case RFC 1123 label: at most 63 characters. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && DNS_LABEL.test(text);
}

/** A lower-case RFC 1123 subdomain: labels joined by dots, at most 253 characters. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && DNS_SUBDOMAIN.test(text);
}

/** What is wrong with a label or taint key, or undefined. */
export function labelKeyProblem(key: string): string | undefined {
  const parts = key.split('/');
  if (parts.length > 2) return 'has more than one slash; expected [prefix/]name';
  const name = parts[parts.length - 1];
  if (parts.length === 2 && parts[0] === '') return 'has an empty prefix before the slash';
  if (parts.length === 2 && !isDnsSubdomain(parts[0])) return `has the prefix '${parts[0]}', which is no lower-case DNS name`;
  if (name === '') return 'has an empty name';
  if (name.length > 63) return `has a name of ${name.length} characters; at most 63 are allowed`;
  if (!LABEL_PART.test(name)) return "must be letters, digits, '-', '_' and '.', and start and end with a letter or digit";
  return undefined;
}

/** What is wrong with a label or taint value, or undefined. An empty value is fine. */
export function labelValueProblem(value: string): string | undefined {
  if (value === '') return undefined;
  if (value.length > 63) return `has ${value.length} characters; at most 63 are allowed`;
  if (!LABEL_PART.test(value)) return "must be letters, digits, '-', '_' and '.', and start and end with a letter or digit";
  return undefined;
}
