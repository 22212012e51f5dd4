/**
 * The three outcomes of an accepted name (it works, it warns what happens instead, it is refused), as rows of a table; types follow from
 * the rows.
 */
import type { ValueKind } from './value-kinds.ts';

interface Row<T> {
  /** The environment variable. A `*` stands for the free part of a family of names. */
  readonly name: string;
  readonly kind: ValueKind<T>;
  /** Text that an absent variable stands for; `undefined` for none. Of settings without effect: Kong's. */
  readonly default: string | undefined;
  /** Whether the value is kept out of messages. */
  readonly secret?: boolean;
}

/** A setting that this gateway acts on. */
export interface Setting<T> extends Row<T> {
  readonly outcome: 'works';
  readonly description: string;
}

/** A name that Kong acts on and this gateway does not. */
export interface WithoutEffect extends Row<unknown> {
  /** `warns`: the node starts and logs what happens instead. `refused`: the node does not start. */
  readonly outcome: 'warns' | 'refused';
  /** Values that ask for nothing else than what happens anyway: accepted without a message. In lower case. */
  readonly silent: readonly string[];
  /** What happens instead (`warns`), or why the node does not start and what to do (`refused`). A clause that follows a colon. */
  readonly instead: string;
}

/** A value that is read from several settings, or from what they name. */
export interface Derived<T> {
  readonly from: readonly Setting<unknown>[];
  /** @throws SettingProblem */
  readonly read: (reader: SettingReader) => T;
}

/** A setting's name and its text, after references to the vault are resolved. */
export interface Given {
  readonly name: string;
  readonly text: string;
}

/** One environment. */
export interface SettingReader {
  /** @returns undefined when the variable is absent or empty */
  given(setting: Setting<unknown>): Given | undefined;
  /** @throws SettingProblem when the text is not of the setting's kind */
  value<T>(setting: Setting<T>): T;
}

/** A setting with a default. */
export function setting<T>(name: string, kind: ValueKind<T>, fallback: string, description: string): Setting<T> {
  return { outcome: 'works', name, kind, default: fallback, description };
}

/** A setting that stands for nothing when it is absent. */
export function optional<T>(name: string, kind: ValueKind<T>, description: string, secret = false): Setting<T | undefined> {
  return { outcome: 'works', name, kind, default: undefined, description, ...secret && { secret } };
}

export function derived<T>(from: readonly Setting<unknown>[], read: (reader: SettingReader) => T): Derived<T> {
  return { from, read };
}

interface WithoutEffectOptions {
  /** Kong's default. @default - none */
  readonly default?: string;
  /** @default - the default alone */
  readonly silent?: readonly string[];
  /** @default false */
  readonly secret?: boolean;
}

/** @param instead what happens instead */
export function warns(name: string, kind: ValueKind<unknown>, instead: string, options: WithoutEffectOptions = {}): WithoutEffect {
  return withoutEffect('warns', name, kind, instead, options);
}

/** @param instead why the node does not start, and what to do */
export function refused(name: string, kind: ValueKind<unknown>, instead: string, options: WithoutEffectOptions = {}): WithoutEffect {
  return withoutEffect('refused', name, kind, instead, options);
}

function withoutEffect(
  outcome: WithoutEffect['outcome'], name: string, kind: ValueKind<unknown>, instead: string, options: WithoutEffectOptions,
): WithoutEffect {
  const { default: fallback, silent = fallback === undefined ? [] : [fallback.toLowerCase()], secret } = options;
  return { outcome, name, kind, default: fallback, silent, instead, ...secret === true && { secret } };
}

type ValueOf<Node> = Node extends Setting<infer T> ? T : Node extends Derived<infer T> ? T : ValuesOf<Node>;

type OptionalKeys<Tree> = { [Key in keyof Tree]: undefined extends ValueOf<Tree[Key]> ? Key : never }[keyof Tree];

/** The typed values of a tree of settings: same keys, with the value of each. */
export type ValuesOf<Tree> =
  & { readonly [Key in Exclude<keyof Tree, OptionalKeys<Tree>>]: ValueOf<Tree[Key]> }
  & { readonly [Key in OptionalKeys<Tree>]?: ValueOf<Tree[Key]> };

/** Settings, values derived from them, and groups of both. */
export type SettingTree = { readonly [key: string]: Setting<unknown> | Derived<unknown> | SettingTree };

export function isSetting(node: SettingTree[string]): node is Setting<unknown> {
  return 'outcome' in node;
}

export function isDerived(node: SettingTree[string]): node is Derived<unknown> {
  return 'read' in node && typeof node.read === 'function';
}

/** Every setting of a tree, each once, in the tree's order. */
export function settingsIn(tree: SettingTree): readonly Setting<unknown>[] {
  const found = Object.values(tree).flatMap((node) => isSetting(node) ? [node] : isDerived(node) ? node.from : settingsIn(node));
  return [...new Set(found)];
}
