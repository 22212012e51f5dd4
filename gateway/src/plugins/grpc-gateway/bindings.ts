/** Which method of a .proto file a request of HTTP stands for. */
import type { GrpcMethod, HttpRule } from '../../grpc-messages/proto-file.ts';
import { matchPath, pathTemplate } from './path-template.ts';
import type { PathTemplate } from './path-template.ts';

export interface Binding {
  readonly httpMethod: string;
  readonly template: PathTemplate;
  /** `*`: the body is the message; a name: of that field. Empty: there is none. */
  readonly body: string;
  readonly method: GrpcMethod;
}

export interface BoundRequest {
  readonly binding: Binding;
  readonly variables: Readonly<Record<string, string>>;
}

const KINDS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** @param ignored gets what a .proto file says without effect, in words */
export function bindingsOf(methods: readonly GrpcMethod[], ignored: (what: string) => void): readonly Binding[] {
  return methods.flatMap((method) => method.httpRules.flatMap((rule) => rulesOf(method, rule, ignored).flatMap((one) => {
    const binding = bindingOf(method, one);
    const nested = binding?.template.variables.filter((name) => name.includes('.')) ?? [];
    for (const name of nested) ignored(`${method.path}: the variable {${name}} of a path sets no field`);
    return binding === undefined ? [] : [binding];
  })));
}

export function boundRequest(bindings: readonly Binding[], httpMethod: string, path: string): BoundRequest | undefined {
  for (const binding of bindings) {
    const variables = binding.httpMethod === httpMethod ? matchPath(binding.template, path) : undefined;
    if (variables !== undefined) return { binding, variables };
  }
  return undefined;
}

/** A rule and, as in Kong, the last one of its additional bindings. */
function rulesOf({ path }: GrpcMethod, rule: HttpRule, ignored: (what: string) => void): readonly HttpRule[] {
  const { additional_bindings: additional = [] } = rule;
  const more = [additional].flat() as readonly HttpRule[];
  if (more.length > 1) ignored(`${path}: of ${more.length} additional bindings only the last one counts`);
  return [rule, ...more.slice(-1)];
}

function bindingOf(method: GrpcMethod, rule: HttpRule): Binding | undefined {
  const body = typeof rule.body === 'string' ? rule.body : '';
  const kind = KINDS.find((name) => typeof rule[name] === 'string');
  if (kind !== undefined) return { httpMethod: kind.toUpperCase(), template: pathTemplate(String(rule[kind])), body, method };
  const { custom } = rule as { readonly custom?: { readonly kind?: unknown; readonly path?: unknown } };
  if (typeof custom?.kind !== 'string' || typeof custom.path !== 'string') return undefined;
  return { httpMethod: custom.kind.toUpperCase(), template: pathTemplate(custom.path), body, method };
}
