import { Stack, Token } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type { Construct } from 'constructs';

/** Region of a certificate: by its ARN where that is known, because imports of CDK have the region of their stack. */
export function certificateRegion({ certificateArn, env }: acm.ICertificate): string {
  return Token.isUnresolved(certificateArn) ? env.region : certificateArn.split(':')[3];
}

/**
 * Load balancers look for certificates in their own region.
 *
 * @throws Error that names the property
 */
export function requireLoadBalancerRegion(property: string, certificate: acm.ICertificate, scope: Construct): void {
  const { certificateArn } = certificate;
  if (!Token.isUnresolved(certificateArn) && !/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/\S+$/.test(certificateArn)) {
    throw new Error(
      `${property}: got ${JSON.stringify(certificateArn)}, expected the ARN of a certificate of AWS Certificate Manager, such as `
        + 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
    );
  }
  const { region } = Stack.of(scope);
  const got = certificateRegion(certificate);
  if (Token.isUnresolved(got) || Token.isUnresolved(region) || got === region) return;
  throw new Error(
    `${property}: is in ${got}, expected ${region}, which the plane is in: load balancers look nowhere else; request it there as well`,
  );
}
