/** The policy over templates, and how it is applied to one. */
import { ACCESS_RULES } from './access-rules';
import { DATA_RULES } from './data-rules';
import { EKS_RULES } from './eks-rules';
import { NETWORK_RULES } from './network-rules';
import { readingsOf } from './readings';
import { SECRET_RULES } from './secret-rules';
import type { TemplateRule } from './template-rule';

export const TEMPLATE_RULES: readonly TemplateRule[] = [...EKS_RULES, ...NETWORK_RULES, ...DATA_RULES, ...SECRET_RULES, ...ACCESS_RULES];

/** What one resource does against one rule. */
export interface TemplateBreach {
  readonly rule: TemplateRule;
  readonly logicalId: string;
  /** Paths of the properties, such as `Properties.AmiType`. */
  readonly locations: readonly string[];
}

/** A template as far as the policy reads it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type?: unknown; readonly Properties?: unknown }>>;
}

/** @returns one entry for each rule and resource that breaks it, in the order of the rules */
export function templateBreaches({ Resources = {} }: Template): readonly TemplateBreach[] {
  const resources = Object.entries(Resources).map(([logicalId, { Type, Properties }]) => ({ logicalId, type: String(Type), Properties }));
  return TEMPLATE_RULES.flatMap((rule) => resources
    .filter(({ type }) => rule.types.includes(type))
    .map(({ logicalId, type, Properties }) => ({ rule, logicalId, locations: locationsOf(rule, type, Properties) }))
    .filter(({ locations }) => locations.length > 0));
}

function locationsOf(rule: TemplateRule, type: string, properties: unknown): readonly string[] {
  const places = readingsOf(properties).flatMap((value) => rule.breaches({ path: 'Properties', value }, type));
  return [...new Set(places.map(({ path }) => path))];
}
