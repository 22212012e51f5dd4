/** What a state file of decK says about its entities as a whole: defaults, tags, shared configurations of plugins. Kong refuses it. */
import type { EntityValue } from '../model/schema/field.ts';
import { isPlainObject } from '../model/schema/plain-object.ts';
import type { Problems } from './problems.ts';
import type { SourcePath } from './source.ts';

/** Keys of a file. */
export const METADATA: ReadonlySet<string> = new Set(['_info', '_workspace', '_plugin_configs']);

/** The only workspace of a gateway. */
const WORKSPACE = 'default';

export class DeckMetadata {
  readonly #problems: Problems;
  readonly #defaults: EntityValue;
  readonly #tags: readonly string[];
  readonly #pluginConfigs: EntityValue;

  constructor({ _info: info, _workspace: workspace, _plugin_configs: pluginConfigs }: EntityValue, problems: Problems) {
    this.#problems = problems;
    if (workspace !== undefined && workspace !== WORKSPACE) {
      problems.reject(['_workspace'], `got ${JSON.stringify(workspace)}, expected "${WORKSPACE}": this gateway has one workspace`);
    }
    const { defaults, select_tags: tags } = this.#record(info, ['_info']);
    this.#defaults = this.#record(defaults, ['_info', 'defaults']);
    this.#tags = this.#texts(tags, ['_info', 'select_tags']);
    this.#pluginConfigs = this.#record(pluginConfigs, ['_plugin_configs']);
  }

  /** The fields of an entity with what the file says for all of them. Own values take precedence. */
  complete(type: string, item: EntityValue, path: SourcePath): EntityValue {
    const { _config: shared, ...own } = item;
    const whole = type === 'plugins' && shared !== undefined ? this.#withConfig(own, shared, [...path, '_config']) : item;
    const name = type.replace(/s$/, '');
    const defaults = Object.hasOwn(this.#defaults, name) ? this.#record(this.#defaults[name], ['_info', 'defaults', name]) : {};
    const merged = mergedOver(defaults, whole) as EntityValue;
    if (this.#tags.length === 0) return merged;
    const tags = Array.isArray(merged.tags) ? merged.tags as unknown[] : [];
    return { ...merged, tags: [...new Set([...tags, ...this.#tags])] };
  }

  #withConfig(plugin: EntityValue, shared: unknown, path: SourcePath): EntityValue {
    if (typeof shared === 'string' && Object.hasOwn(this.#pluginConfigs, shared)) {
      return { ...plugin, config: mergedOver(this.#pluginConfigs[shared], plugin.config ?? {}) };
    }
    this.#problems.reject(path, `got ${JSON.stringify(shared)}, expected the name of one of _plugin_configs`);
    return plugin;
  }

  #record(value: unknown, path: SourcePath): EntityValue {
    if (isPlainObject(value)) return value;
    if (value !== undefined && value !== null) this.#problems.reject(path, 'expected a record with fields');
    return {};
  }

  #texts(value: unknown, path: SourcePath): readonly string[] {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    if (value !== undefined && value !== null) this.#problems.reject(path, 'expected a list of texts');
    return [];
  }
}

/** Records are merged field by field; every other value replaces the one below. */
function mergedOver(below: unknown, above: unknown): unknown {
  if (!isPlainObject(below) || !isPlainObject(above)) return above;
  const names = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(names.map((name) => [
    name, Object.hasOwn(above, name) ? mergedOver(below[name], above[name]) : below[name],
  ]));
}
