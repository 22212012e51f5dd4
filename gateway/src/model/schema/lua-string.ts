/** Strings in Lua's notation, as error messages of the Admin API print them. */

/** A text with line breaks, or with brackets that Lua could take for the start or the end of a long string, is written as a long string. */
export function quotedLua(text: string): string {
  const levels = [...`${text}]`.matchAll(/([[\]])(=*)\1/g)].map(([, , signs]) => signs!.length);
  const isLong = (text.includes('\n') || levels.length > 0) && !text.includes('\r');
  if (!isLong) return `"${text.replace(/["\\\n]/g, '\\$&').replaceAll('\0', '\\000').replaceAll('\r', '\\r')}"`;
  const signs = '='.repeat(levels.length > 0 ? Math.max(...levels) + 1 : 0);
  return `[${signs}[${text.startsWith('\n') ? '\n' : ''}${text}]${signs}]`;
}
