import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { shown } from './input/place';

/** `npx cdk deploy -c cdk-hybridge:deletionProtection=false`: for the first deployment, and before the stacks go. */
const CONTEXT_KEY = 'cdk-hybridge:deletionProtection';

/**
 * Whether a resource is protected from deletion: as its properties say, unless the context switches all protection off.
 * CloudFormation could not take back a first deployment that failed, because it could not delete what is protected.
 *
 * @throws Error for any other value of the context key
 */
export function isProtected(scope: Construct, asked: boolean): boolean {
  const given: unknown = scope.node.tryGetContext(CONTEXT_KEY);
  if (given === undefined || given === true || given === 'true') return asked;
  if (given !== false && given !== 'false') {
    throw new Error(`context ${CONTEXT_KEY}: got ${shown(given)}, expected true or false: leave it out to protect what the program says`);
  }
  if (!asked) return false;
  Annotations.of(scope).addWarningV2(
    'cdk-hybridge:deletion-protection.off',
    `the context ${CONTEXT_KEY}=false takes its deletion protection away, as for a first deployment or before the stack is `
      + 'deleted: deploy once more without it (docs/when-a-deployment-fails.md)',
  );
  return false;
}
