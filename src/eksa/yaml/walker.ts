/** From nodes of YAML to the values that the tools see, with the line of each and what no tool would take. */
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { Scalar as ScalarNode, isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Finding } from '../finding';
import { asWritten } from '../finding';
import { resolvePlainScalar } from './scalar';

/** What each alias stands for, found in one pass; the library would search the whole document for each of them. */
export function aliasTargets(parsed: Document): ReadonlyMap<unknown, unknown> {
  const anchors = new Map<string, unknown>();
  const targets = new Map<unknown, unknown>();
  visit(parsed, {
    Alias: (_key, node) => void targets.set(node, anchors.get(node.source)),
    Value: (_key, node) => void (node.anchor && anchors.set(node.anchor, node)),
  });
  return targets;
}

/** Lists and objects of one document; all of a large site, as kubectl prints them, have some thousand. */
const MAX_NODES = 40_000;

export class Walker {
  public readonly lines = new Map<string, number>();
  public readonly findings: Finding[] = [];
  /** Lines of values in typographic quotes. */
  public readonly quoted: number[] = [];
  private readonly open = new Set<unknown>();
  private nodes = 0;

  constructor(private readonly lineAt: (offset: number) => number, private readonly resolve: (node: unknown) => unknown) {}

  public value(given: unknown, path: string): unknown {
    const node = this.resolve(given) as Node | null | undefined;
    if (isAlias(given) && node === undefined) {
      this.refuse(path, given, `refers to the anchor ${asWritten(given.source)}, which its document does not have`);
    }
    if (node?.range && !this.lines.has(path)) this.lines.set(path, this.lineAt(node.range[0]));
    if (isScalar(node)) return this.scalar(node, path);
    if (!isMap(node) && !isSeq(node)) return null;
    if (this.isEndless(node, path)) return null;
    this.open.add(node);
    const value = isMap(node) ? this.map(node, path) : node.items.map((item, at) => this.value(item, `${path}[${at}]`));
    this.open.delete(node);
    return value;
  }

  private scalar(node: ScalarNode, path: string): unknown {
    const inner = this.typographic(node, path);
    if (inner !== undefined) return inner;
    const value = plainValue(node);
    const expected = TAG_TYPES[node.tag ?? ''];
    if (expected && typeof value !== expected) this.refuse(path, node, `is tagged as ${expected} and is ${asWritten(value)}`);
    return value;
  }

  /** Text between quotes that a word processor made; in annotations it may be meant. */
  private typographic(node: ScalarNode, path: string): string | undefined {
    if (!isPlain(node) || path.startsWith('.metadata.annotations')) return undefined;
    const [, inner] = TYPOGRAPHIC.exec(String(node.value)) ?? [];
    if (inner !== undefined && node.range) this.quoted.push(this.lineAt(node.range[0]));
    return inner;
  }

  private refuse(path: string, node: Node, message: string) {
    this.findings.push({ ruleId: 'P2', severity: 'error', path, line: node.range ? this.lineAt(node.range[0]) : undefined, message });
  }

  /** An alias inside its own anchor, or so many aliases that they only serve to fill the memory. */
  private isEndless(node: Node, path: string): boolean {
    const isCycle = this.open.has(node);
    if (!isCycle && ++this.nodes <= MAX_NODES) return false;
    if (isCycle || this.nodes === MAX_NODES + 1) {
      this.findings.push({
        ruleId: 'P2',
        severity: 'error',
        path,
        line: this.lines.get(path),
        message: isCycle ? 'contains itself' : `and what is before it hold more than ${MAX_NODES} values`,
      });
    }
    return true;
  }

  private map(node: YAMLMap, path: string): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const own = new Set<string>();
    for (const pair of node.items) {
      if (isMergeKey(pair)) {
        const merged = this.value(pair.value, `${path}.<<`);
        for (const source of Array.isArray(merged) ? merged : [merged]) {
          if (isObject(source)) Object.assign(result, { ...source, ...result });
          else this.refuse(`${path}.<<`, pair.value as Node, `merges ${asWritten(source)}; expected an object`);
        }
        continue;
      }
      const key = this.key(pair, path);
      if (own.has(key)) {
        this.findings.push({
          ruleId: 'P2',
          severity: 'error',
          path: `${path}.${key}`,
          line: this.lineOf(pair),
          message: 'is given twice',
          fix: 'keep one',
        });
      }
      own.add(key);
      const line = this.lineOf(pair);
      if (line !== undefined) this.lines.set(`${path}.${key}`, line);
      // A plain assignment would take the key __proto__ for something else than a field.
      Object.defineProperty(result, key, {
        value: this.value(pair.value, `${path}.${key}`),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return result;
  }

  private key(pair: Pair, path: string): string {
    const node = this.resolve(pair.key);
    if (!isScalar(node)) {
      this.refuse(path, pair.key as Node, 'has a list, an object or nothing as a key; expected text');
      return '';
    }
    const text = String(node.value ?? '');
    const read = isPlain(node) ? resolvePlainScalar(text) : text;
    if (typeof read !== 'string' && String(read) !== text) {
      this.findings.push({
        ruleId: 'S10',
        severity: 'error',
        path: `${path}.${text}`,
        line: this.lineOf(pair),
        message: `is a key that YAML reads as ${asWritten(read)}`,
        fix: 'put it in quotes',
      });
    }
    return text;
  }

  private lineOf(pair: Pair): number | undefined {
    const range = (pair.key as Node | null)?.range;
    return range ? this.lineAt(range[0]) : undefined;
  }
}

function isPlain(node: ScalarNode): boolean {
  return node.type === undefined || node.type === ScalarNode.PLAIN;
}

const TYPOGRAPHIC = /^[\u2018-\u201f\u00ab\u00bb\u2039\u203a]([^\n]*)[\u2018-\u201f\u00ab\u00bb\u2039\u203a]$/;

/** What an explicit tag makes of text; every other tag leaves it text. */
const TAG_TYPES: Readonly<Record<string, 'number' | 'boolean' | undefined>> = {
  'tag:yaml.org,2002:int': 'number',
  'tag:yaml.org,2002:float': 'number',
  'tag:yaml.org,2002:bool': 'boolean',
};

export function plainValue(node: ScalarNode): unknown {
  const text = String(node.value ?? '');
  return (node.tag === undefined ? isPlain(node) : TAG_TYPES[node.tag] !== undefined || node.tag === 'tag:yaml.org,2002:null')
    ? resolvePlainScalar(text)
    : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMergeKey(pair: Pair): boolean {
  // The library marks the key as a symbol where it has resolved it already.
  return isScalar(pair.key) && isPlain(pair.key) && (typeof pair.key.value === 'symbol' || pair.key.value === '<<');
}
