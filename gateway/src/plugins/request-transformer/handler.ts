/** request-transformer, phase access: changes path, method, headers, body and query, in this order. */
import type { UpstreamRequest } from '../../plugin-kit/exchange.ts';
import { changeFields, isEmpty, namesOf, pairsOf } from '../../plugin-kit/field-changes.ts';
import type { FieldChanges, Fields } from '../../plugin-kit/field-changes.ts';
import { formOf, parseForm } from '../../plugin-kit/form-fields.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { changedBody, isChangeable, isForm } from './body.ts';
import { compileTemplate, viewOf } from './rendered-template.ts';
import type { Template, TemplateView } from './rendered-template.ts';
import { requestTransformer } from './schema.ts';
import type { RequestTransformerConfig } from './schema.ts';

/** Longer bodies stay as they are. Bytes. */
const MAX_BODY_BYTES = 8_388_608;

/** Methods whose requests have their parameters in the query. */
const QUERY_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE']);

export const requestTransformerHandler = defineHandler<RequestTransformerConfig>(requestTransformer, (config, context) => {
  const { log } = context;
  const compile = compiler(context);
  const method = config.http_method?.toUpperCase();
  const path = config.replace.uri === null ? undefined : compile(config.replace.uri);
  const [headers, body, query] = (['headers', 'body', 'querystring'] as const).map((part): FieldChanges<Template> => ({
    remove: namesOf(config.remove[part]),
    rename: pairsOf(config.rename[part], (name) => name),
    replace: pairsOf(config.replace[part], compile),
    add: pairsOf(config.add[part], compile),
    append: pairsOf(config.append[part], compile),
  })) as [FieldChanges<Template>, FieldChanges<Template>, FieldChanges<Template>];

  const all = [path, ...[headers, body, query].flatMap((part) => [...part.replace, ...part.add, ...part.append].map(({ value }) => value))];
  const isDynamic = all.some((template) => template?.isDynamic);

  const changeQuery = (view: TemplateView): void => {
    if (isEmpty(query)) return;
    const { upstream } = view.exchange;
    const fields = parseForm(upstream.query);
    changeFields(fields, query, (template) => template.render(view));
    upstream.query = formOf(fields);
  };

  return {
    startsNothing: isEmpty(body) && method === undefined,
    access: (exchange) => {
      const { upstream, request } = exchange;
      const view = isDynamic ? viewOf(exchange) : { exchange, headers: NO_HEADERS };
      const movesForm = method !== undefined && QUERY_METHODS.has(method) && request.hasBody && isForm(upstream.header('content-type'));
      if (path !== undefined) upstream.path = newPath(path, view);
      if (method !== undefined) upstream.method = method;
      changeHeaders(view, headers);
      const type = isEmpty(body) ? undefined : upstream.header('content-type');
      const changesBody = isChangeable(type);
      if (!movesForm && !changesBody) return changeQuery(view);
      return request.body(MAX_BODY_BYTES).then((given) => {
        if (given === undefined && request.hasBody) log.warn(`a body is longer than ${MAX_BODY_BYTES} bytes: it stays as it is`);
        else {
          if (movesForm) upstream.query = formOf(joined(parseForm(upstream.query), parseForm(given!.toString())));
          const changed = changesBody ? changedBody(given ?? EMPTY, type!, body, (template) => template.render(view)) : undefined;
          if (changed !== undefined) upstream.setBody(changed);
        }
        changeQuery(view);
      });
    },
  };
});

const EMPTY = Buffer.alloc(0);

const NO_HEADERS: TemplateView['headers'] = new Map();

/** Compiles a template, and warns of what cannot be run: requests that come to it get 500. */
function compiler({ log, id }: PluginContext): (text: string) => Template {
  return (text) => {
    const template = compileTemplate(text);
    for (const expression of template.unsupported) log.warn(`request-transformer ${id}: requests fail, because ${expression}`);
    return template;
  };
}

/** What expressions give is part of the path, and begins no query. @throws Error it is no path */
function newPath(template: Template, view: TemplateView): string {
  const path = template.render(view, (text) => text.replace(/[?#]/g, encodeURIComponent));
  if (!path.startsWith('/')) throw new Error(`the new path ${JSON.stringify(path)} does not begin with /`);
  return path.toWellFormed().replace(/[^\w!#$&'()*+,/:;=?@[\]~%.-]/gu, encodeURIComponent);
}

/** The Host can only be replaced. */
function changeHeaders(view: TemplateView, changes: FieldChanges<Template>): void {
  const { upstream } = view.exchange;
  const has = (name: string): boolean => upstream.header(name) !== undefined;
  for (const name of changes.remove) if (name.toLowerCase() !== 'host') upstream.removeHeader(name);
  for (const { name, value: newName } of changes.rename) renameHeader(upstream, name, newName);
  for (const { name, value } of changes.replace) {
    if (name.toLowerCase() === 'host') upstream.hostHeader = value.render(view);
    else if (has(name)) upstream.setHeader(name, value.render(view));
  }
  for (const { name, value } of changes.add) {
    if (name.toLowerCase() !== 'host' && !has(name)) upstream.setHeader(name, value.render(view));
  }
  for (const { name, value } of changes.append) {
    if (name.toLowerCase() !== 'host') upstream.addHeader(name, value.render(view));
  }
}

function renameHeader(upstream: UpstreamRequest, name: string, newName: string): void {
  if ([name, newName].some((one) => one.toLowerCase() === 'host')) return;
  const values = upstream.headerValues(name);
  if (values.length === 0) return;
  upstream.removeHeader(name);
  upstream.setHeader(newName, values);
}

/** Values of both, under each name those of the first in front. */
function joined(one: Fields, other: Fields): Fields {
  for (const [name, value] of other) {
    const present = one.get(name);
    one.set(name, present === undefined ? value : [...[present].flat(), ...[value].flat()]);
  }
  return one;
}
