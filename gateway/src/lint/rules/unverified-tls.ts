/** Services whose certificates are not checked. */

import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const unverifiedTls: LintRule = {
  id: 'unverified-tls',
  severity: 'warning',
  finds: 'a service with tls_verify: false',
  why: 'An attacker on the way can answer in place of the upstream.',
  fix: 'Remove tls_verify: false, and give the service ca_certificates where its authority is a private one.',
  example: {
    found: `
      services:
        - name: orders
          url: https://orders.internal
          tls_verify: false
          routes: [{name: orders, paths: [/orders]}]
    `,
    fixed: `
      services:
        - name: orders
          url: https://orders.internal
          tls_verify: true
          routes: [{name: orders, paths: [/orders]}]
    `,
  },
  * find({ reading: { complete } }: LintedFile): Iterable<Discovery> {
    for (const [entity, { tls_verify: verify }] of complete) {
      if (entity.schema.name !== 'services' || verify !== false) continue;
      yield { at: entity, path: ['tls_verify'], message: 'the certificate of the upstream is not checked' };
    }
  },
};
