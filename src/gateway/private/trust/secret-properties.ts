import { requireMatch } from '../../../private/input/match';
import type { TrustSecretProperties } from '../../trust-options';
import type { SharedProperties } from './shared-trust';

/**
 * Names of a certificate's parts in a secret's JSON document.
 *
 * @throws Error that names the property
 */
export function secretProperties(options: TrustSecretProperties & { readonly acceptedProperty?: string }): SharedProperties {
  const { certificateProperty = 'certificate', privateKeyProperty = 'privateKey', acceptedProperty } = options;
  const given = { certificateProperty, privateKeyProperty, ...acceptedProperty !== undefined && { acceptedProperty } };
  for (const [property, name] of Object.entries(given)) {
    requireMatch(
      property,
      name,
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      'letters, digits and _, because readers treat a dot as a path: use such names in the secret',
    );
  }
  if (new Set(Object.values(given)).size < Object.keys(given).length) {
    throw new Error(`privateKeyProperty: got ${privateKeyProperty}, expected properties that differ from each other`);
  }
  return {
    certificate: certificateProperty,
    privateKey: privateKeyProperty,
    ...(acceptedProperty !== undefined && { accepted: acceptedProperty }),
  };
}
