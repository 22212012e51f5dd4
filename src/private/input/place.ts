/** Errors say where the wrong value was given: the path of the construct, or the method that made the object. */
import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const PLACED = new WeakSet<Error>();

/**
 * Runs what may refuse the user's input. An error of ours that comes out of it begins with the place; the innermost one
 * counts, and errors of CDK have a place of their own.
 *
 * @param place a construct, or what the user called, such as `GatewayDatabase.rds`
 */
export function atPlace<T>(place: IConstruct | string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof Error && Object.getPrototypeOf(error) === Error.prototype) {
      put(error, typeof place === 'string' ? place : place.node.path);
    }
    throw error;
  }
}

function put(error: Error, place: string) {
  if (PLACED.has(error)) return;
  PLACED.add(error);
  const { message, stack } = error;
  if (message.startsWith(`${place}: `)) return;
  error.message = `${place}: ${message}`;
  error.stack = stack?.replace(message, () => error.message);
}

/** What people read instead of a token, in which they would recognize nothing. */
export const KNOWN_LATER = 'a value known only after deployment';

/** What was given, for people. */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value)) return KNOWN_LATER;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
