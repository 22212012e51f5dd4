/** Labels that Kubernetes accepts. */
import { Token } from 'aws-cdk-lib';

const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Checks labels of objects; values known only after deployment pass.
 *
 * @throws Error that names the property and the label
 */
export function requireLabels(property: string, labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    const [name, prefix, ...rest] = key.split('/').reverse();
    if (rest.length > 0 || !NAME.test(name) || (prefix !== undefined && !PREFIX.test(prefix))) {
      throw new Error(
        `${property}: got the key ${JSON.stringify(key)}, expected 1 to 63 letters, digits, '-', '_' and '.', after a `
          + 'domain and \'/\' or alone',
      );
    }
    if (!Token.isUnresolved(value) && value !== '' && !NAME.test(value)) {
      throw new Error(`${property}: got ${JSON.stringify(value)} for ${key}, expected at most 63 letters, digits, '-', '_' and '.'`);
    }
  }
}
