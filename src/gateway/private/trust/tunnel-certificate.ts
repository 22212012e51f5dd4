import { CustomResource, Stack } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { SHARED_TUNNEL_SERVER_NAME } from '../../../private/contract';
import { CustomResourceFunction } from '../../../private/lambda-function';
import { secretName } from '../../../private/secrets/names';
import { SERVICE_TIMEOUT } from '../../../private/service-timeouts';
import { Topology } from '../../../private/topology/topology';
import { sharedMount, sharedTrust } from './shared-trust';
import type { TunnelTrust } from './tunnel-trust';

interface TunnelCertificateProps {
  /** Name of the control plane. */
  readonly plane: string;
  readonly validDays: number;
  /** Days between two rotations. Absent: the certificate never rotates. */
  readonly rotationDays?: number;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The certificate that both ends of a tunnel share: a secret, the custom resource that fills it, and the schedule by
 * which it is replaced.
 */
export class TunnelCertificate extends Construct {
  readonly trust: TunnelTrust;
  private readonly secret: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, props: TunnelCertificateProps) {
    super(scope, id);
    const { plane, rotationDays } = props;
    const name = secretName(this, plane, 'tunnel');
    this.secret = new secretsmanager.Secret(this, 'Secret', {
      secretName: name,
      description: `Tunnel certificate of the gateway control plane ${plane}`,
      // Never used: the function below replaces it before the first read.
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'replaced' },
      removalPolicy: props.removalPolicy,
    });
    const maker = new CustomResourceFunction(this, 'Maker', 'tunnel-certificate', [
      new iam.PolicyStatement({
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        resources: [this.secret.secretArn],
      }),
    ]);
    const certificate = new CustomResource(this, 'Certificate', {
      resourceType: 'Custom::HybridgeTunnelCertificate',
      serviceToken: maker.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: {
        SecretArn: this.secret.secretArn,
        CommonName: SHARED_TUNNEL_SERVER_NAME,
        ValidDays: String(props.validDays),
        ...rotationDays !== undefined && { Rotates: 'true' },
      },
    });
    if (rotationDays !== undefined) this.rotate(rotationDays, props.validDays).node.addDependency(certificate);
    const properties = { certificate: 'certificate', privateKey: 'privateKey', ...rotationDays !== undefined && { accepted: 'accepted' } };
    const mount = { ...sharedMount(properties), secret: this.secret, secretName: name };
    this.trust = sharedTrust(this, mount, rotationDays);
    Topology.of(this).addIntegration(this, 'trust', 'shared certificate', [mount]);
  }

  private rotate(rotationDays: number, validDays: number): Construct {
    const turner = new CustomResourceFunction(
      this,
      'Turner',
      'tunnel-rotation',
      [
        new iam.PolicyStatement({
          actions: [
            'secretsmanager:DescribeSecret',
            'secretsmanager:GetSecretValue',
            'secretsmanager:PutSecretValue',
            'secretsmanager:UpdateSecretVersionStage',
          ],
          resources: [this.secret.secretArn],
        }),
      ],
      { VALID_DAYS: String(validDays) },
    );
    const permission = turner.allow('secretsmanager.amazonaws.com', Stack.of(this).account);
    const schedule = new secretsmanager.CfnRotationSchedule(this, 'Rotation', {
      secretId: this.secret.secretArn,
      rotationLambdaArn: turner.serviceToken,
      rotationRules: { automaticallyAfterDays: rotationDays },
      // The certificate has just been made, and the next one has not been announced yet.
      rotateImmediatelyOnUpdate: false,
    });
    schedule.node.addDependency(permission);
    return schedule;
  }
}
