/** Secrets in plain text. */
import { plainSecrets } from '../../model/schema/secret-values.ts';
import type { Discovery, LintedFile, LintRule } from '../rule.ts';

export const plainSecret: LintRule = {
  id: 'plain-secret',
  severity: 'warning',
  finds: 'a secret in plain text',
  why: 'Repositories, pipelines and logs of pipelines keep what files contain.',
  fix: 'Put a reference in its place, such as {vault://env/name} or {vault://aws/name}.',
  example: {
    found: `
      consumers:
        - username: bob
          keyauth_credentials: [{key: plain-key}]
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
          plugins: [{name: key-auth}]
    `,
    fixed: `
      consumers:
        - username: bob
          keyauth_credentials: [{key: "{vault://env/bob-key}"}]
      services:
        - name: orders
          url: http://orders.internal
          routes: [{name: orders, paths: [/orders]}]
          plugins: [{name: key-auth}]
    `,
  },
  * find({ reading: { entities } }: LintedFile): Iterable<Discovery> {
    for (const entity of entities) {
      for (const path of plainSecrets(entity.schema, entity.given)) {
        yield { at: entity, path, message: `${path.join('.')}: a secret in plain text` };
      }
    }
  },
};
