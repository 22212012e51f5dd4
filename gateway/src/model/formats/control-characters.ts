/** Text that leaves in headers may hold every character but control characters. RFC 9110 §5.5 */

/** @returns what is wrong with the text, without repeating it: it may be secret */
export function controlCharacterViolation(text: string): string | undefined {
  const at = text.search(/\p{Cc}/u);
  if (at === -1) return undefined;
  const code = text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, '0');
  return `must not contain control characters, but character ${at + 1} is U+${code}; remove it`;
}
