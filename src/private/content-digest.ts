/** Digests of content that has values known only after deployment: a name that follows from one changes with each value. */
import { createHash } from 'node:crypto';
import { CustomResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CustomResourceFunction } from './lambda-function';
import { PolicyPack } from './policy/policy-pack';
import { SERVICE_TIMEOUT } from './service-timeouts';

const ID = 'HybridgeDigest';

/** The function of a stack that makes digests. */
class DigestFunction extends Construct {
  public static of(scope: Construct): DigestFunction {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(ID) as DigestFunction | undefined ?? new DigestFunction(stack, ID);
  }

  readonly serviceToken: string;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    PolicyPack.watch(this);
    this.serviceToken = new CustomResourceFunction(this, 'Function', 'content-digest', []).serviceToken;
  }
}

/**
 * The first digits of a digest of the content, in hex: text where everything is known now, otherwise a token of a custom
 * resource. CloudFormation has no function for it.
 *
 * @param id of the custom resource, in the scope
 */
export function contentDigest(scope: Construct, id: string, content: unknown, digits: number): string {
  const stack = Stack.of(scope);
  const resolved: unknown = stack.resolve(content);
  if (isFixed(resolved)) {
    return createHash('sha256').update(typeof resolved === 'string' ? resolved : JSON.stringify(resolved)).digest('hex').slice(0, digits);
  }
  const resource = new CustomResource(scope, id, {
    resourceType: 'Custom::HybridgeContentDigest',
    serviceToken: DigestFunction.of(scope).serviceToken,
    serviceTimeout: SERVICE_TIMEOUT,
    properties: { Text: stack.toJsonString(content), Digits: String(digits) },
  });
  return resource.getAttString('Digest');
}

/** Functions that answer the same for the same arguments. */
const PURE = ['Fn::Base64', 'Fn::Join', 'Fn::Select', 'Fn::Split'];

/** Whether no update of the stack can change what CloudFormation makes of it. */
function isFixed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isFixed);
  return Object.entries(value).every(([key, inner]) => {
    if (key === 'Ref' && Object.keys(value).length === 1) return String(inner).startsWith('AWS::');
    if (key === 'Fn::Sub' && typeof inner === 'string') return !/\$\{(?!AWS::|!)/.test(inner);
    return (!key.startsWith('Fn::') || PURE.includes(key)) && isFixed(inner);
  });
}
