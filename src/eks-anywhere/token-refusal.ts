import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { KNOWN_LATER } from '../private/input/place';

/**
 * Rejects values that are known only after deployment: the files of EKS Anywhere are written at synth.
 *
 * @throws Error that names every property with a token
 */
export function refuseTokens(props: object): void {
  const found = tokenPaths(props, '');
  if (found.length === 0) return;
  throw new Error(`${found.join(', ')}: got ${KNOWN_LATER}, expected a plain value: the files of EKS Anywhere are written at synth`);
}

function tokenPaths(value: unknown, path: string): string[] {
  if (Token.isUnresolved(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((item, at) => tokenPaths(item, `${path}[${at}]`));
  // Another construct checked its own properties when it was created.
  if (typeof value !== 'object' || value === null || Construct.isConstruct(value)) return [];
  return Object.entries(value).flatMap(([name, content]) => [
    ...(Token.isUnresolved(name) ? [`${path || 'a key'}`] : []),
    // Names that start with an underscore are internal, so messages leave them out.
    ...tokenPaths(content, name.startsWith('_') ? path : path ? `${path}.${name}` : name),
  ]);
}
