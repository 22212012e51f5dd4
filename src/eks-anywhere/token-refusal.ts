import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Refuses values that are known only after a deployment: the files of EKS Anywhere are written when the app is synthesized.
 *
 * @param path of the construct, for the message
 * @throws Error that names every property that holds a token
 */
export function refuseTokens(props: object, path: string): void {
  const found = tokenPaths(props, '');
  if (found.length === 0) return;
  throw new Error(
    `${path}: ${found.join(', ')} ${found.length > 1 ? 'hold tokens' : 'holds a token'}, a value that `
      + 'CloudFormation knows only after deployment; ' +
      'the files of EKS Anywhere are written at synth: expected a plain value',
  );
}

function tokenPaths(value: unknown, path: string): string[] {
  if (Token.isUnresolved(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((item, at) => tokenPaths(item, `${path}[${at}]`));
  // Another construct has been judged when it was made.
  if (typeof value !== 'object' || value === null || Construct.isConstruct(value)) return [];
  return Object.entries(value).flatMap(([name, content]) => [
    ...(Token.isUnresolved(name) ? [`${path || 'a key'}`] : []),
    // A name that starts with an underscore is internal: users do not know it.
    ...tokenPaths(content, name.startsWith('_') ? path : path ? `${path}.${name}` : name),
  ]);
}
