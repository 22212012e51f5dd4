/** Acknowledges in a finished tree what cdk-nag would find in resources of this library: each on its own resource, with the reason. */
import { CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { ACKNOWLEDGEMENTS, MANAGED_POLICIES } from './acknowledgements';
import { referenceText, wildcardsOf } from './iam-wildcards';

/** What CDK puts beside our constructs because they ask for it. */
const SINGLETONS = /^Custom::CDKBucketDeployment/;

/** Not found in a secret with a schedule. */
const ROTATION = ['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'];

/** @param owners paths of constructs of this library */
export function acknowledgeInherent(root: IConstruct, owners: ReadonlySet<string>): void {
  const resources = root.node.findAll().filter((each) => CfnResource.isCfnResource(each));
  const rotated = new Set(resources.filter((each) => each instanceof CfnRotationSchedule).map((schedule) => secretOf(schedule)));
  for (const resource of resources) {
    const at = placeOf(resource, owners);
    if (at === undefined) continue;
    const isRotated = rotated.has(keyOf(resource, { Ref: Stack.of(resource).resolve(resource.logicalId) }));
    const found = findingsOf(resource, at).filter(([id]) => !isRotated || !ROTATION.includes(id));
    // What acknowledge() writes. The oldest CDK that this library runs with refuses ids with colons, which cdk-nag has.
    for (const [id, reason] of found) {
      resource.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [`Annotation::${id}`]: reason });
    }
  }
}

/** The secret that a schedule is for. */
function secretOf(schedule: CfnRotationSchedule): string {
  return keyOf(schedule, Stack.of(schedule).resolve(schedule.secretId));
}

function keyOf(place: IConstruct, reference: unknown): string {
  return `${Stack.of(place).node.path} ${JSON.stringify(reference)}`;
}

/** The path within its stack, of what belongs to this library. */
function placeOf(resource: CfnResource, owners: ReadonlySet<string>): string | undefined {
  const inStack = resource.node.path.slice(Stack.of(resource).node.path.length + 1);
  return SINGLETONS.test(inStack) || resource.node.scopes.some(({ node }) => owners.has(node.path)) ? inStack : undefined;
}

function findingsOf(resource: CfnResource, at: string): readonly (readonly [string, string])[] {
  const type = resource.cfnResourceType;
  const rows = ACKNOWLEDGEMENTS.filter((row) => row.types.includes(type) && (row.at?.test(at) ?? true));
  const isAccess = type.startsWith('AWS::IAM::');
  if (rows.length === 0 && !isAccess) return [];
  const properties = propertiesOf(resource);
  return [
    ...rows.filter((row) => row.when?.(properties) ?? true).flatMap(({ rules, reason }) => rules.map((id) => [id, reason] as const)),
    ...isAccess ? accessFindings(properties, at) : [],
  ];
}

function accessFindings(
  { ManagedPolicyArns = [], Policies = [], PolicyDocument }: Readonly<Record<string, any>>,
  at: string,
): [string, string][] {
  const managed = (ManagedPolicyArns as unknown[]).map(referenceText).flatMap((policy): [string, string][] => {
    const row = MANAGED_POLICIES.find((each) => each.policy.test(policy) && each.at.test(at));
    return row ? [[`AwsSolutions-IAM4[Policy::${policy}]`, row.reason]] : [];
  });
  const documents = [...Policies.map((policy: any) => policy.PolicyDocument), ...(PolicyDocument ? [PolicyDocument] : [])];
  const wildcards = documents
    .flatMap(wildcardsOf)
    .flatMap(({ id, reason }): [string, string][] => (reason ? [[`AwsSolutions-IAM5[${id}]`, reason]] : []));
  return [...managed, ...wildcards];
}

function propertiesOf(resource: CfnResource): Readonly<Record<string, any>> {
  const { Resources } = Stack.of(resource).resolve(resource._toCloudFormation());
  return (Object.values(Resources)[0] as any).Properties ?? {};
}
