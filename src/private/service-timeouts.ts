/** How long CloudFormation waits for the answer of a custom resource. Without a limit that is an hour, and another one for the rollback. */
import { CfnResource, Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Of our functions. Lambda ends each after two minutes and calls it up to thrice, with pauses of one and two minutes: nine minutes. */
export const SERVICE_TIMEOUT = Duration.minutes(10);

/** Of functions of CDK: Lambda ends them after fifteen minutes, its maximum. */
const FUNCTION_OF_CDK = Duration.minutes(16);

/** Types of custom resources that constructs of CDK make for ours, below them. They offer no property for it. */
const BELOW_OURS = /^Custom::(?!Hybridge)/;

/** Types that CDK adds to a stack as a whole. */
const BESIDE_OURS = /^Custom::(CrossRegionExport(Reader|Writer)|VpcRestrictDefaultSG)$/;

/** Limits the custom resources of CDK below a construct of ours. */
export function limitBelow(ours: IConstruct): void {
  limit(ours, BELOW_OURS);
}

/** Limits the custom resources that CDK added to a stack. */
export function limitInStack(stack: IConstruct): void {
  limit(stack, BESIDE_OURS);
}

function limit(scope: IConstruct, types: RegExp): void {
  for (const each of scope.node.findAll()) {
    if (!CfnResource.isCfnResource(each) || !types.test(each.cfnResourceType)) continue;
    each.addPropertyOverride('ServiceTimeout', String(FUNCTION_OF_CDK.toSeconds()));
  }
}
