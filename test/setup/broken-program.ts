/** A program in which validation has to find something: a rule of ours that is broken, and a type that CDK's rules know to be wrong. */
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { CloudCluster } from 'cdk-hybridge';

const app = new App();
const stack = new Stack(app, 'Broken', { env: { region: 'eu-central-1' } });
new CloudCluster(stack, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1'),
});
new CfnResource(stack, 'Password', { type: 'AWS::SSM::Parameter', properties: { Type: 'String', Name: 'password', Value: 'x' } });
new CfnResource(stack, 'Volume', {
  type: 'AWS::EC2::Volume',
  properties: { AvailabilityZone: 'eu-central-1a', Size: 'large', Encrypted: true },
});
