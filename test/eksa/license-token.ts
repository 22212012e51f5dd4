/** A licence token as AWS License Manager would issue it, with a signature that is none. */
export function licenseToken(claims: object = { endValidity: '2099-12-31T00:00:00Z' }): string {
  const parts = [{ alg: 'ES384', typ: 'JWT' }, claims, 'signature'];
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}
