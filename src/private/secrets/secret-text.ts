import { CfnDynamicReference, CfnParameter, Reference, SecretValue, Tokenization } from 'aws-cdk-lib';

/** CloudFormation's dynamic references to secrets; custom resources get them as this literal text (aws/aws-cdk#16476). */
const DYNAMIC_REFERENCE = /\{\{resolve:(secretsmanager|ssm-secure):/;

/** What shows by its form that it is one: private keys, passwords in addresses, access keys of AWS, bearer tokens. */
const SECRET_FORM = /-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^\s/@:]*:[^\s/@]+@|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bBearer\s+\S{20,}/;

/** Attributes such as `UserPoolClient.ClientSecret`; not `MasterUserSecret.SecretArn`. */
const SECRET_ATTRIBUTE = /(secret|password|privatekey)$/i;

/**
 * Refuses a secret where plain text lands in a manifest or template.
 *
 * @throws Error that names the property
 */
export function refuseSecret(property: string, text: string): void {
  if (!DYNAMIC_REFERENCE.test(text) && !SECRET_FORM.test(text) && !Tokenization.reverseString(text).tokens.some(isSecret)) return;
  throw new Error(`${property}: got a secret, expected public text; keep it in Secrets Manager and let the plane mount it as a file`);
}

function isSecret(token: unknown): boolean {
  if (SecretValue.isSecretValue(token) || token instanceof CfnDynamicReference) return true;
  if (!Reference.isReference(token)) return false;
  return SECRET_ATTRIBUTE.test(token.displayName) || (token.target instanceof CfnParameter && token.target.noEcho);
}
