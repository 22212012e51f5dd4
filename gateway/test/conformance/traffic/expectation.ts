/** Compares what was seen with what was recorded: placeholders of the recording stand for what differs from run to run. */

/** Values of placeholders with a number so far, in one case. */
export type Bindings = Map<string, string>;

/** What placeholders without a number match. A text that was replaced by its placeholder before counts, too. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  'ts': '\\d{10}(?:\\.\\d+)?',
  'int': '-?\\d+',
  'n': '-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?',
  'ms': '\\d{13}',
  's': '\\d{10}(?:\\.\\d+)?',
  'ns': '\\d{19}',
  // Times and durations alike.
  'us': '\\d+',
  'rand32': '[A-Za-z0-9]{32}',
  'hex32': '[0-9a-f]{32}',
  'hex64': '[0-9a-f]{64}',
  'ttl': '\\d+',
  'offset': '[A-Za-z0-9+/%]+',
  'product': '[\\w-]+/[^\\s,]+',
  'detail': '[\\s\\S]*',
  'hostname': '[^\\s"]+',
  'date': '[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT',
  'time': '[^\\]"]+',
  'pid': '\\d+',
  'tid': '\\d+',
  'line': '\\d+',
  'source': '[^\\s"]+',
  'version': '[^\\s"]+',
  'cipher': '[A-Z0-9_-]+',
  'client port': '\\d+',
};

/** Placeholders whose value must be the same everywhere in a case. */
const BOUND: readonly BoundKind[] = [
  { name: /^uuid:\d+$/, pattern: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}' },
  { name: /^trace:\d+$/, pattern: '[0-9a-f]{32}' },
  { name: /^trace:\d+\/low64$/, pattern: '[0-9a-f]{16}' },
  { name: /^id:\d+$/, pattern: '[0-9a-f]{16}' },
  { name: /^dec (?:id:\d+|trace:\d+\/low64)$/, pattern: '\\d{1,20}', plain: (text) => BigInt(text).toString(16).padStart(16, '0') },
  { name: /^dec trace:\d+$/, pattern: '\\d{1,39}', plain: (text) => BigInt(text).toString(16).padStart(32, '0') },
  { name: /^aws trace:\d+$/, pattern: '[0-9a-f]{8}-[0-9a-f]{24}', plain: (text) => text.replace('-', '') },
];

interface BoundKind {
  readonly name: RegExp;
  readonly pattern: string;
  /** The value, of another way to write it. */
  readonly plain?: (text: string) => string;
}

/** Differences, as lines of `where: seen, expected`. */
export function differences(expected: unknown, seen: unknown, bindings: Bindings, at = ''): string[] {
  if (typeof expected === 'string') return isText(seen) && matches(expected, String(seen), bindings) ? [] : [shown(at, seen, expected)];
  if (typeof expected !== 'object' || expected === null) return expected === seen ? [] : [shown(at, seen, expected)];
  if (typeof seen !== 'object' || seen === null || Array.isArray(expected) !== Array.isArray(seen)) return [shown(at, seen, expected)];
  if (Array.isArray(expected)) return ofLists(expected, seen as readonly unknown[], bindings, at);
  return ofObjects(expected as Readonly<Record<string, unknown>>, seen as Readonly<Record<string, unknown>>, bindings, at);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function ofObjects(
  expected: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>, bindings: Bindings, at: string,
): string[] {
  const found: string[] = [];
  const rest = new Set(Object.keys(seen));
  for (const [name, value] of Object.entries(expected)) {
    // A key may be a placeholder itself.
    const key = rest.has(name) ? name : [...rest].find((other) => name.includes('<') && matches(name, other, bindings));
    if (key === undefined) found.push(shown(`${at}.${name}`, undefined, value));
    else {
      rest.delete(key);
      found.push(...differences(value, seen[key], bindings, `${at}.${name}`));
    }
  }
  for (const name of rest) if (seen[name] !== undefined) found.push(shown(`${at}.${name}`, seen[name], undefined));
  return found;
}

/** Lines of headers are compared by what is missing and what is too much; other lists item by item. */
function ofLists(expected: readonly unknown[], seen: readonly unknown[], bindings: Bindings, at: string): string[] {
  if (/(?:headers|trailers|series)$/.test(at) && [...expected, ...seen].every((item) => typeof item === 'string')) {
    return ofLines(expected as readonly string[], seen as readonly string[], bindings, at);
  }
  const found = expected.flatMap((item, index) => index < seen.length
    ? differences(item, seen[index], bindings, `${at}[${index}]`)
    : [shown(`${at}[${index}]`, undefined, item)]);
  for (let index = expected.length; index < seen.length; index += 1) found.push(shown(`${at}[${index}]`, seen[index], undefined));
  return found;
}

function ofLines(expected: readonly string[], seen: readonly string[], bindings: Bindings, at: string): string[] {
  const rest = [...seen];
  const missing = expected.filter((line) => {
    const index = rest.findIndex((other) => matches(line, other, bindings));
    if (index === -1) return true;
    rest.splice(index, 1);
    return false;
  });
  return [...missing.map((line) => `${at} lacks ${line}`), ...rest.map((line) => `${at} has ${line}`)];
}

function shown(at: string, seen: unknown, expected: unknown): string {
  return `${at || 'all'}: ${short(seen)}, expected ${short(expected)}`;
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

const PATTERNS = new Map<string, { readonly pattern: RegExp; readonly names: readonly BoundName[] }>();

interface BoundName {
  readonly name: string;
  readonly plain: (text: string) => string;
}

export function matches(expected: string, seen: string, bindings: Bindings): boolean {
  if (expected === seen || expected === '<any>') return true;
  if (!expected.includes('<')) return false;
  const known = PATTERNS.get(expected) ?? patternOf(expected);
  PATTERNS.set(expected, known);
  const match = known.pattern.exec(seen);
  if (match === null) return false;
  const bound = new Map(bindings);
  const isSame = known.names.every(({ name, plain }, index) => bind(name, plain(match[index + 1]!), bound));
  if (isSame) for (const [name, value] of bound) bindings.set(name, value);
  return isSame;
}

/** @returns whether the name can have this value: it has no other, and no other id has it */
function bind(name: string, value: string, bound: Bindings): boolean {
  const before = bound.get(name);
  if (before !== undefined) return before === value;
  const isId = /^(?:id|trace):\d+$/.test(name);
  if (isId && [...bound].some(([other, taken]) => taken === value && /^(?:id|trace):\d+$/.test(other))) return false;
  bound.set(name, value);
  return !/^trace:\d+$/.test(name) || bind(`${name}/low64`, value.slice(16), bound);
}

function patternOf(expected: string): { pattern: RegExp; names: BoundName[] } {
  const names: BoundName[] = [];
  const source = expected.split(/(<[^<>]+>)/).map((part) => {
    const name = part.startsWith('<') ? part.slice(1, -1) : '';
    const kind = BOUND.find((one) => one.name.test(name));
    if (kind !== undefined) {
      names.push({ name: name.replace(/^(?:dec|aws) /, ''), plain: kind.plain ?? ((text) => text) });
      return `(${kind.pattern})`;
    }
    const pattern = PLACEHOLDERS[name];
    return pattern === undefined ? escaped(part) : `(?:${pattern}|${escaped(part)})`;
  }).join('');
  return { pattern: new RegExp(`^${source}$`), names };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
