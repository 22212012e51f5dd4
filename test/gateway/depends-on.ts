import type { Template } from 'aws-cdk-lib/assertions';

/** Every resource that CloudFormation creates before the given one, directly or through others. */
export function createdBefore(template: Template, logicalId: string): ReadonlySet<string> {
  const resources: Record<string, any> = template.toJSON().Resources;
  const found = new Set<string>();
  const visit = (id: string) => {
    for (const next of directlyBefore(resources, id)) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(logicalId);
  return found;
}

function directlyBefore(resources: Record<string, any>, id: string): readonly string[] {
  const { DependsOn = [], Properties = {} } = resources[id];
  const references = JSON.stringify(Properties).matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"|\$\{(\w+)/g);
  const named = [...references].map(([, ref, getAtt, sub]) => ref ?? getAtt ?? sub);
  return [...[DependsOn].flat(), ...named].filter((name) => name in resources);
}

/** Logical ids of a type, narrowed by a part of the id. */
export function idsOf(template: Template, type: string, part = ''): readonly string[] {
  return Object.keys(template.findResources(type)).filter((id) => id.includes(part));
}
