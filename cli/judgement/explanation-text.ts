/** An explanation of a request for people. */
import type { Explanation, IdlePlugin, OtherRoute, PluginScope, RunningPlugin } from '../../gateway/src/explain/explanation.ts';
import type { Colours } from '../terminal/colours.ts';

export function explanationText(explanation: Explanation, colours: Colours): string {
  return [
    ...routeLines(explanation, colours),
    ...section('Plugins, in the order in which they run:', explanation.plugins.flatMap(pluginLines)),
    ...upstreamLines(explanation, colours),
    ...section('Other routes:', explanation.other_routes.map(otherLine)),
    ...section('Plugins that do not run:', explanation.idle_plugins.map(idleLine)),
    '',
  ].join('\n');
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines];
}

function routeLines({ route, request }: Explanation, colours: Colours): readonly string[] {
  if (route === null) return [colours.removed('Route: none')];
  const part = route.matched_path === '' ? '' : `, which matches ${route.matched_path} of ${request?.path ?? 'the path'}`;
  const groups = Object.entries(route.captures ?? {}).map(([name, value]) => `  ${name} = ${value ?? '(no part of the match)'}`);
  return [colours.added(`Route: ${nameOf(route)}${part}`), ...groups];
}

function nameOf({ id, name }: { readonly id: string; readonly name: string | null }): string {
  return name === null ? id : `${name} (${id})`;
}

function pluginLines({ name, instance_name: instance, priority, scope, config }: RunningPlugin, at: number): readonly string[] {
  const named = instance === undefined ? name : `${name} '${instance}'`;
  const fields = Object.entries(config).filter(([, value]) => value !== null);
  return [
    `  ${at + 1}. ${named}, priority ${priority}, for ${scopeText(scope)}`,
    ...fields.map(([field, value]) => `       ${field}: ${JSON.stringify(value)}`),
  ];
}

function scopeText(scope: PluginScope): string {
  const parts = Object.entries(scope).map(([kind, id]) => `${kind.replace('_', ' ')} ${id as string}`);
  return parts.length === 0 ? 'everything' : parts.join(' and ');
}

function upstreamLines({ upstream, answer }: Explanation, colours: Colours): readonly string[] {
  if (answer !== null) return ['', colours.changed(`The gateway answers: ${answer.status} ${answer.message}`), `  ${answer.reason}`];
  if (upstream === null) return [];
  const { service, protocol, method, path, host, upstream: balanced, targets } = upstream;
  const how = balanced === null ? '' : `, balanced by ${balanced.algorithm}${balanced.hash_on === 'none' ? '' : ` on ${balanced.hash_on}`}`;
  return [
    '',
    `Upstream: service ${nameOf(service)}${how}`,
    `  ${method} ${path} by ${protocol}, Host: ${host ?? 'that of the target'}`,
    ...targets.map(({ target, share }) => `  to ${target}${targets.length === 1 ? '' : `, ${percent(share)} of requests`}`),
    ...targets.length === 0 ? ['  it has no targets: requests get 503'] : [],
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}

function otherLine({ kind, reason, ...route }: OtherRoute): string {
  return `  ${nameOf(route)}: ${kind === 'later' ? reason : `does not match: ${reason}`}`;
}

function idleLine({ name, id, scope, reason }: IdlePlugin): string {
  return `  ${name} (${id}) for ${scopeText(scope)}: ${reason}`;
}
