import { SecretValue, Tokenization } from 'aws-cdk-lib';

/** CloudFormation's dynamic references to secrets; custom resources get them as this literal text (aws/aws-cdk#16476). */
const DYNAMIC_REFERENCE = /\{\{resolve:(secretsmanager|ssm-secure):/;

/**
 * Refuses a secret where plain text lands in a manifest or template.
 *
 * @throws Error that names the property
 */
export function refuseSecret(property: string, text: string): void {
  const { tokens } = Tokenization.reverseString(text);
  const isSecret = DYNAMIC_REFERENCE.test(text) || tokens.some((token) => SecretValue.isSecretValue(token) || DYNAMIC_REFERENCE.test(describe(token)));
  if (!isSecret) return;
  throw new Error(`${property}: got a secret, expected text that everybody may read; keep it in Secrets Manager and let the plane mount it as a file`);
}

function describe(token: unknown): string {
  try {
    return JSON.stringify((token as { toJSON?: () => unknown }).toJSON?.() ?? '');
  } catch {
    return '';
  }
}
