/** Where this Admin API answers otherwise than the recorded one, and why. A suite fails when one of these begins to agree. */

/** By case. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  'admin-validation/by-key/put-new-name|key-sets': 'Kong fails with 500; we create the set, as Kong does for all other names',
  'admin-validation/information/endpoints': 'we have plugins that are paid in Kong, so also the endpoints of their entities',
  'admin-validation/information/plugins-enabled': 'we have plugins that are paid in Kong',
  'admin-validation/upstreams/field|slots=null': 'Kong names a violation of a free key; a null is stored and means the default',
  'admin-validation/encodings/json|22': 'NaN is no JSON: we answer 400 before we look at fields',
};
