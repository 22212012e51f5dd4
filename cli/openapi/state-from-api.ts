/**
 * OpenAPI as a state file: a service for the servers, and one for each path or operation with servers of its own; a route for each
 * operation; plugins and defaults from extensions that begin with `x-kong-`, as the documentation of decK's openapi2kong describes them.
 */
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import type { ApiDocument, Part } from './api-document.ts';
import { entityId, pathName, slug } from './names.ts';
import { patternOf } from './path-pattern.ts';
import { backendOf, swaggerServers } from './servers.ts';

export interface ImportOptions {
  /** In place of the tags of the document. */
  readonly tags?: readonly string[];
  /** Name of the file, for a tag. */
  readonly fileName: string;
  /** Whether entities get ids. */
  readonly withIds: boolean;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

type Place = readonly (string | number)[];

interface Service {
  readonly name: string;
  readonly fields: Record<string, unknown>;
  readonly routes: EntityValue[];
  readonly plugins: ReadonlyMap<string, Part>;
}

/** @throws CommandFailure for a document that cannot be converted */
export function stateFromApi(document: ApiDocument, options: ImportOptions): EntityValue {
  return new Conversion(document, options).result();
}

class Conversion {
  readonly #document: ApiDocument;
  readonly #options: ImportOptions;
  readonly #tags: readonly string[];
  readonly #base: string;
  readonly #services: Service[] = [];
  readonly #upstreams: EntityValue[] = [];
  readonly #routeNames = new Set<string>();

  constructor(document: ApiDocument, options: ImportOptions) {
    const { root } = document;
    const own = document.list(root['x-kong-tags'], ['x-kong-tags']).filter((tag) => typeof tag === 'string');
    const { title } = document.record(root.info, ['info']);
    this.#document = document;
    this.#options = options;
    this.#tags = options.tags ?? (own.length > 0 ? own : ['OAS3_import', `OAS3file_${options.fileName}`]);
    this.#base = slug(textOf(root['x-kong-name']) ?? textOf(title) ?? 'openapi');
  }

  result(): EntityValue {
    const document = this.#document;
    const { root } = document;
    const servers = document.isSwagger ? swaggerServers(root) : document.list(root.servers, ['servers']);
    const defaults = { service: this.#defaults(root, [], 'service'), upstream: this.#defaults(root, [], 'upstream') };
    const routeDefaults = this.#defaults(root, [], 'route');
    const shared = this.#service(this.#base, servers, ['servers'], defaults, this.#plugins(root, []));
    const paths = document.record(root.paths, ['paths']);
    for (const path of Object.keys(paths).sort()) {
      if (path.startsWith('x-')) continue;
      if (!path.startsWith('/')) throw document.failure(['paths', path], 'expected a path that begins with a slash');
      this.#path(path, document.record(paths[path], ['paths', path]), { shared, defaults, routeDefaults });
    }
    const services = this.#services.filter((service) => service === shared || service.routes.length > 0);
    return {
      _format_version: '3.0',
      services: services.map(({ name, fields, routes, plugins }) => ({
        ...fields, routes, plugins: this.#pluginList(plugins, name),
      })),
      ...this.#upstreams.length > 0 && { upstreams: this.#upstreams },
    };
  }

  #path(path: string, item: Part, { shared, defaults, routeDefaults }: {
    readonly shared: Service; readonly defaults: Defaults; readonly routeDefaults: Part;
  }): void {
    const place = ['paths', path];
    const ofPath = textOf(item['x-kong-name']) ?? pathName(path);
    const own = { service: this.#defaults(item, place, 'service'), upstream: this.#defaults(item, place, 'upstream') };
    const isOwn = item.servers !== undefined || Object.keys(own.service).length > 0 || Object.keys(own.upstream).length > 0;
    const pathPlugins = this.#plugins(item, place);
    const service = isOwn ? this.#service(
      slug(this.#base, ofPath), this.#document.list(item.servers ?? this.#rootServers(), [...place, 'servers']), [...place, 'servers'],
      merged(defaults, own), new Map([...shared.plugins, ...pathPlugins]),
    ) : shared;
    for (const method of METHODS.filter((known) => item[known] !== undefined)) {
      const at = [...place, method];
      const operation = this.#document.record(item[method], at);
      const operationId = textOf(operation.operationId);
      const named = textOf(operation['x-kong-name']);
      const name = operationId !== undefined && named === undefined
        ? slug(this.#base, operationId) : slug(this.#base, ofPath, named ?? method);
      const ofOperation = { service: this.#defaults(operation, at, 'service'), upstream: this.#defaults(operation, at, 'upstream') };
      const hasServers = operation.servers !== undefined || Object.keys(ofOperation.service).length > 0
        || Object.keys(ofOperation.upstream).length > 0;
      const plugins = this.#plugins(operation, at);
      const target = hasServers ? this.#service(
        name, this.#document.list(operation.servers ?? item.servers ?? this.#rootServers(), [...at, 'servers']), [...at, 'servers'],
        merged(merged(defaults, own), ofOperation), new Map(),
      ) : service;
      // A service of its own has one route, which gets all plugins; others inherit those of their service.
      const inherited = hasServers ? [...shared.plugins, ...pathPlugins] : isOwn ? [] : pathPlugins;
      const route = { ...routeDefaults, ...this.#defaults(item, place, 'route'), ...this.#defaults(operation, at, 'route') };
      target.routes.push(this.#route(name, path, method, route, new Map([...inherited, ...plugins]), at));
    }
  }

  #route(name: string, path: string, method: string, defaults: Part, plugins: ReadonlyMap<string, Part>, place: Place): EntityValue {
    if (this.#routeNames.has(name)) {
      throw this.#document.failure(
        place, `two operations make the route ${name}: give one an operationId or x-kong-name`,
      );
    }
    this.#routeNames.add(name);
    const { path: pattern, priority } = patternOf(path);
    return {
      ...this.#options.withIds && { id: entityId(name, 'route') },
      name, paths: [pattern], methods: [method.toUpperCase()], regex_priority: priority, strip_path: false, tags: this.#tags,
      ...defaults,
      plugins: this.#pluginList(plugins, name),
    };
  }

  #rootServers(): unknown {
    const { root, isSwagger } = this.#document;
    return isSwagger ? swaggerServers(root) : root.servers;
  }

  #service(name: string, servers: readonly unknown[], place: Place, defaults: Defaults, plugins: ReadonlyMap<string, Part>): Service {
    const { targets, ...address } = backendOf(this.#document, servers, place);
    const hasUpstream = targets.length > 0 || Object.keys(defaults.upstream).length > 0;
    const upstream = `${name}.upstream`;
    if (hasUpstream) {
      const all = targets.length > 0 ? targets : [`${address.host}:${address.port}`];
      this.#upstreams.push({
        ...this.#options.withIds && { id: entityId(name, 'upstream') },
        name: upstream, tags: this.#tags, ...defaults.upstream, targets: all.map((target) => ({ target, tags: this.#tags })),
      });
    }
    const service: Service = {
      name, plugins, routes: [],
      fields: {
        ...this.#options.withIds && { id: entityId(name, 'service') },
        name, ...address, ...hasUpstream && { host: upstream }, tags: this.#tags, ...defaults.service,
      },
    };
    this.#services.push(service);
    return service;
  }

  #pluginList(plugins: ReadonlyMap<string, Part>, owner: string): readonly EntityValue[] {
    return [...plugins].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, fields]) => ({
      ...this.#options.withIds && { id: entityId(`${owner}.${name}`, 'plugin') }, ...fields, name, tags: this.#tags,
    }));
  }

  /** Extensions such as `x-kong-plugin-cors`: the plugin's fields. */
  #plugins(part: Part, place: Place): ReadonlyMap<string, Part> {
    const found = Object.keys(part).filter((name) => name.startsWith(PLUGIN)).map((name) => {
      const fields = this.#document.record(part[name], [...place, name]);
      return [textOf(fields.name) ?? name.slice(PLUGIN.length), fields] as const;
    });
    return new Map(found);
  }

  /** @param kind of the extension, such as `x-kong-route-defaults` */
  #defaults(part: Part, place: Place, kind: string): Part {
    const name = `x-kong-${kind}-defaults`;
    return this.#document.record(part[name], [...place, name]);
  }
}

const PLUGIN = 'x-kong-plugin-';

interface Defaults {
  readonly service: Part;
  readonly upstream: Part;
}

function merged(one: Defaults, other: Defaults): Defaults {
  return { service: { ...one.service, ...other.service }, upstream: { ...one.upstream, ...other.upstream } };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
