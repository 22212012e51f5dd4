import { shown } from './place';

/**
 * @param expected for people, such as `an API group, such as cert-manager.io`
 * @throws Error that names the property
 */
export function requireMatch(property: string, value: string, pattern: RegExp, expected: string): void {
  if (!pattern.test(value)) throw new Error(`${property}: got ${shown(value)}, expected ${expected}`);
}
