/** Strings in Lua's notation, as error messages of the Admin API print them. */

/** A text with line breaks, or with brackets that Lua could take for the start or the end of a long string, is written as a long string. */
export function quotedLua(text: string): string {
  const levels = [...`${text}]`.matchAll(/([[\]])(=*)\1/g)].map(([, , signs]) => signs!.length);
  const isLong = (text.includes('\n') || levels.length > 0) && !text.includes('\r');
  if (!isLong) return `"${text.replace(/["\\\n]/g, '\\$&').replace(/[\x00-\x09\x0b-\x1f\x7f](?=(\d?))/g, decimal)}"`;
  const signs = '='.repeat(levels.length > 0 ? Math.max(...levels) + 1 : 0);
  return `[${signs}[${text.startsWith('\n') ? '\n' : ''}${text}]${signs}]`;
}

/** The escape of a control character has three digits where another digit follows. */
function decimal(char: string, nextDigit: string): string {
  const code = String(char.charCodeAt(0));
  return `\\${nextDigit === '' ? code : code.padStart(3, '0')}`;
}

const KEYWORDS = new Set([
  'and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'goto', 'if', 'in', 'local', 'nil', 'not', 'or', 'repeat',
  'return', 'then', 'true', 'until', 'while',
]);

/** A name as the key of a table: in brackets unless Lua takes it for a name. */
export function keyText(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEYWORDS.has(name)) return name;
  const quoted = quotedLua(name);
  return quoted.startsWith('[') ? `[ ${quoted} ]` : `[${quoted}]`;
}
