/** Path templates of `google.api.http`. https://github.com/googleapis/googleapis/blob/master/google/api/http.proto */

export interface PathTemplate {
  readonly expression: RegExp;
  /** Names of fields, dotted where they are nested, by the group of the expression. */
  readonly variables: readonly string[];
}

const PARTS = /\{([\w.]+)(?:=([^}]*))?\}|\*\*|\*|[^{*]+/g;

/** `{x}` is one segment, `{x=a/*}` what its own template matches, `**` any number of segments. */
export function pathTemplate(template: string): PathTemplate {
  const variables: string[] = [];
  const source = [...template.matchAll(PARTS)].map(([text, name, inner]) => {
    if (name === undefined) return patternOf(text);
    variables.push(name);
    return `(${inner === undefined ? patternOf('*') : [...inner.matchAll(PARTS)].map(([part]) => patternOf(part)).join('')})`;
  }).join('');
  return { expression: new RegExp(`^${source}$`), variables };
}

/** @returns values of variables by name; `undefined` where the path does not match */
export function matchPath({ expression, variables }: PathTemplate, path: string): Readonly<Record<string, string>> | undefined {
  const match = expression.exec(path);
  return match === null ? undefined : Object.fromEntries(variables.map((name, at) => [name, match[at + 1]!]));
}

function patternOf(part: string): string {
  if (part === '**') return '.+';
  return part === '*' ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
