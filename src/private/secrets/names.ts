import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { claimName } from '../input/claims';

/**
 * Name of a secret. Files applied on site contain it, so it must be known at synth and stay the same in every
 * deployment. The stack's name is part of it: two deployments of one program share an account. Deleting a stack frees
 * its names at once: CloudFormation leaves secrets no recovery window.
 *
 * @throws Error when another construct of the account and region has it
 * @param purpose one word: a name that ends in a hyphen and six characters is taken for an ARN's random suffix
 */
export function secretName(scope: Construct, plane: string, purpose: string): string {
  const name = `hybridge/${knownStackName(scope)}/${plane}/${purpose}`;
  claimName(scope, { property: 'id', what: 'secret', name });
  return name;
}

/** Where the SSM parameters of a plane lie; ends with '/'. */
export function parameterPath(scope: Construct, plane: string): string {
  return `/hybridge/${knownStackName(scope)}/${plane}/`;
}

/** @throws Error when CloudFormation makes the name */
export function knownStackName(scope: Construct): string {
  const { stackName: name } = Stack.of(scope);
  if (Token.isUnresolved(name)) {
    throw new Error(`${scope.node.path}: the stack's name is known only after deployment, expected a literal: give the stack a stackName`);
  }
  return name;
}
