/** What stands for a secret in files that are written at synth: `${env:NAME}` or `${secretsmanager:name#key}`. */

export type Placeholder =
  | { readonly source: 'environment'; readonly variable: string }
  | { readonly source: 'secretsmanager'; readonly secretName: string; readonly key: string };

export function environmentPlaceholder(variable: string): string {
  return `\${env:${variable}}`;
}

export function secretPlaceholder(secretName: string, key: string): string {
  return `\${secretsmanager:${secretName}#${key}}`;
}

/** What a cell refers to, or undefined when it is no placeholder. */
export function parsePlaceholder(cell: string): Placeholder | undefined {
  const environment = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(cell);
  if (environment) return { source: 'environment', variable: environment[1] };
  const secret = /^\$\{secretsmanager:([A-Za-z0-9/_+=.@-]{1,512})#([^}#]+)\}$/.exec(cell);
  return secret ? { source: 'secretsmanager', secretName: secret[1], key: secret[2] } : undefined;
}
