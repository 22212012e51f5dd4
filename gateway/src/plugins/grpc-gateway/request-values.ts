/** The values of a message, out of path, query and body of a request of HTTP. */
import type { GrpcMethod } from '../../grpc-messages/proto-file.ts';
import type { BoundRequest } from './bindings.ts';

type MessageType = GrpcMethod['request'];
type Values = Record<string, unknown>;
type Argument = readonly [name: string, value: string | undefined];

/** @param body parsed @throws Error a value does not fit its field */
export function requestValues({ binding, variables }: BoundRequest, query: readonly Argument[], body: unknown): Values {
  const type = binding.method.request;
  const values: Values = {};
  if (binding.body === '*') Object.assign(values, asObject(body));
  else if (binding.body !== '' && body !== undefined) values[binding.body] = body;
  // As in Kong, a variable sets a field of the message itself, whatever its name says.
  for (const [name, value] of Object.entries(variables)) if (!name.includes('.')) put(type, values, name, [value]);
  if (binding.body === '*') return values;
  // An argument goes before a variable of the path.
  const names = new Set(query.map(([name]) => name));
  for (const name of names) put(type, values, name, query.filter(([other]) => other === name).map(([, value = '']) => value));
  return values;
}

function asObject(body: unknown): object {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Error('the body is no JSON object');
  return body;
}

/** Puts texts where a dotted name points to. Names that the message does not have are ignored. */
function put(type: MessageType, values: Values, name: string, texts: readonly string[]): void {
  const [first = '', ...rest] = name.split('.');
  const field = Object.hasOwn(type.fields, first) ? type.fields[first]!.resolve() : undefined;
  if (field === undefined) return;
  const { resolvedType } = field;
  if (rest.length > 0) {
    if (resolvedType === null || !('fields' in resolvedType) || field.repeated || field.map) return;
    const inner = (Object.hasOwn(values, first) ? values[first] : {}) as Values;
    values[first] = inner;
    return put(resolvedType, inner, rest.join('.'), texts);
  }
  const made = texts.map((text) => field.type === 'bool' ? text !== '' : text);
  if (made.length > 1) values[first] = made;
  // As Kong: one value is no list.
  else if (made[0] !== '') values[first] = made[0];
  return undefined;
}
