/** Code in Lua, which the gateway stores and never runs. */
import { array, map, record, string } from '../schema/field.ts';

export const customFieldsByLua = map(string(), string(), {
  description: 'Lua code by the name of the log field that it computes. The gateway stores the code and does not run it.',
});

export const FUNCTION_PHASES = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log'] as const;

/** `config` of a plugin that runs Lua functions. */
export function luaFunctions(_plugin: string) {
  const functions = array(string(), { required: true, default: [] });
  return record({
    certificate: { ...functions, description: 'Functions of the phase in which a certificate is chosen.' },
    rewrite: { ...functions, description: 'Functions of the phase before a route is found.' },
    access: { ...functions, description: 'Functions of the phase before the request is proxied.' },
    header_filter: { ...functions, description: "Functions of the phase in which the response's headers arrive." },
    body_filter: { ...functions, description: "Functions of the phase in which the response's body arrives." },
    log: { ...functions, description: 'Functions of the phase after the response.' },
  }, { required: true });
}
