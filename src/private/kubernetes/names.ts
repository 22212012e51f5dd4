/** Names that Kubernetes accepts. */

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** `FactoryPlane` → `factory-plane`: a name for objects and folders, derived from a construct's id. */
export function kebabCase(id: string): string {
  return id
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
}

/**
 * A name that can be a namespace, a Service and the prefix of both: RFC 1123 label with room for suffixes.
 *
 * @throws Error that names the property
 */
export function requireObjectName(property: string, name: string): string {
  if (LABEL.test(name) && name.length <= 40) return name;
  throw new Error(
    `${property}: got ${JSON.stringify(name)}, expected at most 40 lower-case letters, digits and '-', beginning `
      + 'and ending with a letter or digit',
  );
}
