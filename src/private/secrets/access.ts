import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { SecretMount } from './mount';
import { requireSameAccount } from './same-account';

/**
 * What a plane needs to read one of its secrets, and to use its key where it has one of its own. By name where the
 * secret is in another stack: the name is known at synth, and the stacks stay independent.
 *
 * @param place what the plane runs on, such as `cluster`
 * @throws Error when the secret is in another account
 */
export function secretReadStatements(place: string, mount: SecretMount, plane: Construct): readonly iam.PolicyStatement[] {
  requireSameAccount(place, mount.secret, plane);
  const owner = Stack.of(mount.secret);
  // Secrets that are imported by name have no whole ARN.
  const resource =
    owner === Stack.of(plane) && mount.secret.secretFullArn
      ? mount.secret.secretArn
      : owner.formatArn({
        service: 'secretsmanager',
        region: owner.region,
        resource: 'secret',
        resourceName: `${mount.secretName}-??????`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
  const read = new iam.PolicyStatement({
    actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    resources: [resource],
  });
  const { encryptionKey } = mount.secret;
  return encryptionKey ? [read, decryptStatement(encryptionKey, owner)] : [read];
}

/** Through Secrets Manager only. The policy of a key in the same account leaves the rest to IAM, unless its owner wrote another. */
function decryptStatement(key: kms.IKey, { region, urlSuffix }: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` } },
  });
}
