/** Protection from deletion: on unless the program or the context says otherwise. */
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { AdminExposure, AutoScalingGroupTarget, CognitoIdentity, EcsTarget, EksTarget, GatewayDatabase } from '../../src';
import { testApp, testCluster, testControlPlane, testStack } from '../gateway/sample';

const KEY = 'cdk-hybridge:deletionProtection';
const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';

/** One of everything that AWS can protect. */
function everything(context: Record<string, unknown>, database = GatewayDatabase.auroraServerless()) {
  const stack = testStack('eu-central-1', testApp(context));
  const cluster = testCluster(stack);
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', CERTIFICATE);
  const controlPlane = testControlPlane(stack, {
    target: EksTarget.cluster(cluster),
    database,
    adminExposure: AdminExposure.internalLoadBalancer({
      hostname: 'admin.acme.example', certificate, identity: new CognitoIdentity(stack, 'Identity'), cidrs: ['10.0.0.0/8'],
    }),
  });
  controlPlane.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(cluster.vpc) });
  controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc, { certificate }) });
  return stack;
}

/** What AWS would refuse to delete. */
function protectedTypes(template: Template): readonly string[] {
  return Object.values<any>(template.toJSON().Resources)
    .filter(({ Properties: { DeletionProtection, LoadBalancerAttributes = [] } = {} as any }) =>
      DeletionProtection === true || DeletionProtection === 'ACTIVE'
        || LoadBalancerAttributes.some(({ Key, Value }: any) => Key === 'deletion_protection.enabled' && Value === 'true'))
    .map(({ Type }) => Type.replace(/^AWS::/, ''))
    .sort();
}

const ALL = [
  'Cognito::UserPool', 'EKS::Cluster', ...Array(3).fill('ElasticLoadBalancingV2::LoadBalancer'), 'RDS::DBCluster',
];

it('protects everything by default', () => {
  expect(protectedTypes(Template.fromStack(everything({})))).toEqual(ALL);
});

it('protects everything when the context says true', () => {
  expect(protectedTypes(Template.fromStack(everything({ [KEY]: 'true' })))).toEqual(ALL);
});

it.each([false, 'false'])('protects nothing when the context says %j, and warns of each', (off) => {
  const stack = everything({ [KEY]: off }, GatewayDatabase.rds());
  expect(protectedTypes(Template.fromStack(stack))).toEqual([]);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('deploy once more without it'));
  expect(warnings).toHaveLength(ALL.length);
});

it('lets CloudFormation take back a user pool only while nothing protects it', () => {
  Template.fromStack(everything({})).hasResource('AWS::Cognito::UserPool', { DeletionPolicy: 'Retain' });
  Template.fromStack(everything({ [KEY]: false })).hasResource('AWS::Cognito::UserPool', { DeletionPolicy: 'RetainExceptOnCreate' });
});

it('refuses any other value', () => {
  expect(() => everything({ [KEY]: 'off' })).toThrow(`context ${KEY}: got "off", expected true or false`);
});
