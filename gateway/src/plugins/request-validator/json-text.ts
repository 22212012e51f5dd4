/** Texts that contain a JSON value. */

export function jsonViolation(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? undefined : 'expected a JSON object or array';
  } catch {
    return 'expected JSON';
  }
}
