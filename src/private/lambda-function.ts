import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { lambdaCode } from './bundle';
import { NODE_MAJOR } from './contract';

/**
 * One of our Lambda functions, behind a custom resource or a schedule. It may write its own log group and what
 * `statements` say, nothing else: no managed policy, no wildcard.
 */
export class CustomResourceFunction extends Construct {
  readonly serviceToken: string;
  readonly handler: lambda.Function;

  /** @param environment public; never secrets */
  constructor(
    scope: Construct,
    id: string,
    readonly bundle: string,
    statements: readonly iam.PolicyStatement[],
    environment?: Readonly<Record<string, string>>,
  ) {
    super(scope, id);
    // Explicit, because a feature flag decides whether CDK makes one, and a log group that Lambda creates never expires.
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const policy = new iam.Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
        ...statements,
      ],
    });
    const handler = new lambda.Function(this, 'Handler', {
      code: lambda.Code.fromAsset(lambdaCode(bundle)),
      handler: 'index.handler',
      runtime: new lambda.Runtime(`nodejs${NODE_MAJOR}.x`, lambda.RuntimeFamily.NODEJS),
      architecture: lambda.Architecture.ARM_64,
      memorySize: 256,
      timeout: Duration.minutes(2),
      role: role.withoutPolicyUpdates(),
      logGroup,
      ...(environment && { environment: { ...environment } }),
    });
    handler.node.addDependency(policy);
    this.handler = handler;
    this.serviceToken = handler.functionArn;
  }

  /** Lets a service of AWS call the function, on behalf of one account only. */
  public allow(service: string, account: string): Construct {
    return new lambda.CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: this.handler.functionArn,
      principal: service,
      sourceAccount: account,
    });
  }
}
