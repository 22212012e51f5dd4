import { Token } from 'aws-cdk-lib';
import { shown } from '../input/place';

const FIELD = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/**
 * Field of a secret's JSON document. ECS, the Secrets Store driver and External Secrets each have characters that mean
 * something in front of it; these mean the same everywhere.
 *
 * @throws Error that names the property
 */
export function requireField(property: string, field: string): void {
  if (!Token.isUnresolved(field) && FIELD.test(field)) return;
  throw new Error(
    `${property}: got ${shown(field)}, expected the name of a field at the top of the secret's JSON document: 1 to 64 letters, digits, `
      + "'_' and '-', beginning with a letter or '_'; leave it out to mount the whole secret",
  );
}

/** The field as an expression of JMESPath, where a hyphen needs quotes. */
export function jmesPath(field: string): string {
  return /^[A-Za-z_]\w*$/.test(field) ? field : JSON.stringify(field);
}
