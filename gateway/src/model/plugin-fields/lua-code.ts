/** Code in Lua: its syntax is checked here. Data planes run a part of the language in custom fields of log entries, and no functions. */
import { luaViolation } from '../lua/syntax.ts';
import { array, map, record, string } from '../schema/field.ts';

const expression = string({ check: (code: string) => prefixed('Error parsing function: ', luaViolation(code)) });

export const customFieldsByLua = map(string(), expression, {
  description: 'Lua code by the name of the log field that it computes: local variables, conditions and `return`.',
});

export const FUNCTION_PHASES = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log'] as const;

/** `config` of a plugin that runs Lua functions. */
export function luaFunctions(plugin: string) {
  const code = string({ check: (text: string) => prefixed(`error parsing ${plugin}: `, luaViolation(text)) });
  const functions = array(code, { required: true, default: [] });
  return record({
    certificate: { ...functions, description: 'Functions of the phase in which a certificate is chosen.' },
    rewrite: { ...functions, description: 'Functions of the phase before a route is found.' },
    access: { ...functions, description: 'Functions of the phase before the request is proxied.' },
    header_filter: { ...functions, description: "Functions of the phase in which the response's headers arrive." },
    body_filter: { ...functions, description: "Functions of the phase in which the response's body arrives." },
    log: { ...functions, description: 'Functions of the phase after the response.' },
  }, { required: true });
}

function prefixed(prefix: string, violation: string | undefined): string | undefined {
  return violation && `${prefix}${violation}`;
}
