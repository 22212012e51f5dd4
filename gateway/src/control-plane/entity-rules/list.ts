/** Rules of the entity types that have some. */
import { caCertificateRules } from './ca-certificates.ts';
import { certificateRules } from './certificates.ts';
import type { EntityRules } from './entity-rules.ts';
import { partialRules } from './partials.ts';
import { pluginRules } from './plugins.ts';
import { routeRules } from './routes.ts';

const RULES: Readonly<Record<string, EntityRules>> = {
  ca_certificates: caCertificateRules,
  certificates: certificateRules,
  partials: partialRules,
  plugins: pluginRules,
  routes: routeRules,
};

export function rulesOf(entityType: string): EntityRules {
  return RULES[entityType] ?? NONE;
}

const NONE: EntityRules = {};
