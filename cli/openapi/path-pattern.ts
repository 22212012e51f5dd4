/** Paths of OpenAPI as regular expressions of routes, whose groups have the names of the parameters. */

export interface PathPattern {
  readonly path: string;
  /** Paths without parameters are matched before those with some. */
  readonly priority: number;
}

const FIXED_PRIORITY = 200;
const PARAMETER_PRIORITY = 100;

/** Longest name of a group that expressions may have. */
const MAX_NAME_CHARACTERS = 32;

export function patternOf(path: string): PathPattern {
  const names = new Set<string>();
  const pattern = path.split(/(\{[^{}]*\})/).map((part) => {
    const [, parameter] = /^\{(.*)\}$/.exec(part) ?? [];
    return parameter === undefined ? escaped(part) : `(?<${groupName(parameter, names)}>[^#?/]+)`;
  }).join('');
  return { path: `~${pattern}$`, priority: names.size > 0 ? PARAMETER_PRIORITY : FIXED_PRIORITY };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Letters, digits and underscores, no digit first; each name once. */
function groupName(parameter: string, taken: Set<string>): string {
  const plain = parameter.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  const begun = (/^[a-z]/.test(plain) ? plain : `p_${plain}`).slice(0, MAX_NAME_CHARACTERS - 3);
  let name = begun;
  for (let count = 2; taken.has(name); count += 1) name = `${begun}_${count}`;
  taken.add(name);
  return name;
}
